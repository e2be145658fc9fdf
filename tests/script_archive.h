#pragma once

// TorchScript archives taken apart and put together again. Include it before Qt's headers.

#include <caffe2/serialize/inline_container.h>

#include <map>
#include <sstream>
#include <string>

/// What an archive holds, unpacked, by name.
using ScriptMembers = std::map<std::string, std::string>;

inline ScriptMembers membersOf(const std::string& archive) {
    std::istringstream in(archive);
    caffe2::serialize::PyTorchStreamReader reader(&in);
    ScriptMembers members;
    for (const std::string& name : reader.getAllRecords()) {
        const auto [data, size] = reader.getRecord(name);
        members[name] = std::string(static_cast<const char*>(data.get()), size);
    }
    members.erase("version"); // the writer's own
    return members;
}

/// With checksums that are right, whatever the members hold.
inline std::string archiveOf(const ScriptMembers& members) {
    std::string archive;
    caffe2::serialize::PyTorchStreamWriter writer([&](const void* bytes, std::size_t count) {
        archive.append(static_cast<const char*>(bytes), count);
        return count;
    });
    for (const auto& [name, bytes] : members) {
        writer.writeRecord(name, bytes.data(), bytes.size());
    }
    writer.writeEndOfFile();
    return archive;
}
