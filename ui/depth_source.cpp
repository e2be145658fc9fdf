#include "ui/depth_source.h"

#include "ui/preferences.h"

#include "core/base/model_location.h"
#include "core/depth/guarded_depth_model.h"

namespace casr {

DepthSource::DepthSource(Levels& levels, QObject* parent) : QObject(parent), m_levels(levels) {
    connect(&m_job, &NewestJob::failed, this, &DepthSource::failed);
}

std::shared_ptr<const DepthMap> DepthSource::map() {
    const Wanted wanted{m_levels.document(), loadPreferences().depthModel};
    if (wanted != m_asked) {
        ask(wanted);
    }
    return m_map;
}

void DepthSource::ask(const Wanted& wanted) {
    m_asked = wanted;
    m_map.reset();
    m_job.post([this, wanted](const StopCheck& stop) -> NewestJob::Show {
        const auto model =
            loadDepthModel(wanted.model.isEmpty() ? shippedDepthWeights() : std::filesystem::path(wanted.model.toStdU16String()), stop);
        const auto map = std::make_shared<const DepthMap>(depthOf(wanted.document->photo.rgb, *model, stop));
        return [this, map] {
            m_map = map;
            Q_EMIT ready();
        };
    });
}

} // namespace casr
