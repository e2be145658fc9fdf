#include "app/cli/commands.h"
#include "core/io/picture_file.h"
#include "core/network/network.h"

#include <iostream>

namespace casr::cli {

namespace {

void tellOfPicture(const std::string& path) {
    const PictureInfo info = readPictureInfo(path);
    std::cout << path << ": " << info.format << ", " << info.size.width << " x " << info.size.height << " pixels, " << info.colour << ", "
              << info.bitsPerSample << " bit" << (info.hasAlpha ? ", alpha" : "") << (info.hasProfile ? ", ICC profile" : "")
              << (info.pages > 1 ? ", " + std::to_string(info.pages) + " pages" : std::string()) << std::endl;
}

void tellOfWeights(const std::string& path) {
    const std::shared_ptr<const Network> network = Network::load(path);
    const Architecture& shape = network->architecture();
    std::cout << path << ": weights of CASR Zoom\n"
              << "parameters: " << network->parameterCount() << " (" << shape.channels << " channels, " << shape.widthInBlocks()
              << " within blocks, " << shape.blocks << " blocks, " << shape.frequencies << " frequencies, " << shape.detail
              << " blocks of detail)\n"
              << "reach: " << Reach::ofTrunk(shape) << " parent pixels\n"
              << "SHA-256: " << network->checksum() << "\n"
              << "training: " << network->record() << std::endl;
}

} // namespace

Action addInfo(CLI::App& app) {
    CLI::App* command = app.add_subcommand("info", "Say what a picture or a weights file holds");
    auto path = std::make_shared<std::string>();
    command->add_option("FILE", *path)->required();
    return [path] { std::filesystem::path(*path).extension() == ".safetensors" ? tellOfWeights(*path) : tellOfPicture(*path); };
}

} // namespace casr::cli
