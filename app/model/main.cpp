#include "core/depth/guarded_depth_model.h"

int main(int argc, char** argv) {
    return casr::runModelTrial(argc, argv);
}
