#include "core/io/guarded_picture.h"
#include "core/io/guarded_stream.h"

#include <string_view>

int main(int argc, char** argv) {
    const bool encodes = argc == 2 && std::string_view(argv[1]) == "--encode";
    return encodes ? casr::runEncoder() : casr::runDecoder(argc, argv);
}
