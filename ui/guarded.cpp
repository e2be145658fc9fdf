#include "ui/guarded.h"

#include "core/base/error.h"

#include <QCoreApplication>

#include <new>

namespace casr {

GuardedOutcome guarded(const std::function<void()>& work) {
    try {
        work();
        return {};
    } catch (const Cancelled&) {
        return {{}, true};
    } catch (const Error& error) {
        return {QString::fromUtf8(error.what()), false};
    } catch (const std::bad_alloc&) {
        return {QCoreApplication::translate("guarded", "There is not enough memory. Close other programs, or choose a smaller region."),
                false};
    } catch (const std::exception& error) {
        return {QCoreApplication::translate("guarded", "This did not work: %1").arg(QString::fromUtf8(error.what())), false};
    }
}

} // namespace casr
