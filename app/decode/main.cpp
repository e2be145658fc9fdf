#include "core/io/guarded_picture.h"

int main(int argc, char** argv) {
    return casr::runDecoder(argc, argv);
}
