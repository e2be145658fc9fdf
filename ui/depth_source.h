#pragma once

#include "ui/levels.h"
#include "ui/newest_job.h"

#include "core/depth/depth_map.h"

namespace casr {

/// The depth of the opened photo, estimated when it is wanted first, on a thread of its own. Lives in the GUI thread.
class DepthSource : public QObject {
    Q_OBJECT

public:
    explicit DepthSource(Levels& levels, QObject* parent = nullptr);

    /// Null while it is not there, or was made by another model than the preferences name now; then it is asked for.
    std::shared_ptr<const DepthMap> map();

Q_SIGNALS:
    void ready();
    /// Not tried again until the photo or the model is another.
    void failed(const QString& message);

private:
    struct Wanted {
        std::shared_ptr<const Document> document;
        QString model;

        bool operator==(const Wanted&) const = default;
    };

    void ask(const Wanted& wanted);

    Levels& m_levels;
    Wanted m_asked;
    std::shared_ptr<const DepthMap> m_map; ///< Of what was asked for.
    NewestJob m_job;
};

} // namespace casr
