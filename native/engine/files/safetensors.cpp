#include "engine/files/safetensors.h"

#include <algorithm>

#include "engine/core/error.h"
#include "engine/files/findings.h"
#include "engine/files/json.h"

namespace llmsys {

namespace {

constexpr int64_t MOST_HEADER = 32 << 20;
constexpr int64_t MOST_TENSORS = 65536;
constexpr size_t LONGEST_NAME = 256;
constexpr int64_t HIGHEST_RANK = 8;
// A tensor is a name, an object, three keys, a text and two arrays of at most ten numbers together.
constexpr JsonLimits LIMITS{MOST_HEADER, MOST_TENSORS * 20, 4};

struct Entry {
    FileTensor tensor;
    int64_t begin;
    int64_t end;
};

class Header {
public:
    Header(Bytes file, const std::string& name) : file_(file), name_(name) {}

    std::vector<Entry> read() {
        int64_t length = requireLength();
        dataStart_ = 8 + length;
        if (length == 0 || file_.data[8] != '{') {
            findings_.add("the header does not start with {");
            findings_.refuse(name_);
        }
        Json json = Json::parse(file_.part(8, length).text(), name_, LIMITS);
        int64_t count = json.root().size() - (json.root().get("__metadata__").absent() ? 0 : 1);
        if (count > MOST_TENSORS) {
            findings_.add("it has more than " + std::to_string(MOST_TENSORS) + " tensors");
            findings_.refuse(name_);
        }
        for (JsonMember member : json.root().members()) {
            if (member.key == "__metadata__") {
                for (JsonMember note : member.value.members()) {
                    note.value.text();
                }
            } else {
                add(member.key, member.value);
            }
        }
        findings_.refuse(name_);
        std::stable_sort(entries_.begin(), entries_.end(),
                         [](const Entry& a, const Entry& b) { return a.begin != b.begin ? a.begin < b.begin : a.end < b.end; });
        requireExactCover();
        findings_.refuse(name_);
        return std::move(entries_);
    }

    int64_t dataStart() const { return dataStart_; }

private:
    int64_t requireLength() {
        uint64_t length = file_.size < 8 ? 0 : file_.at<uint64_t>(0);
        if (file_.size < 8) {
            findings_.add("it has " + std::to_string(file_.size) + " bytes, fewer than the length of its header");
        } else if (length > static_cast<uint64_t>(file_.size - 8)) {
            findings_.add("its header should have " + std::to_string(length) + " bytes, " + std::to_string(file_.size - 8) + " are there");
        } else if (length > static_cast<uint64_t>(MOST_HEADER)) {
            findings_.add("its header has " + std::to_string(length) + " bytes; " + std::to_string(MOST_HEADER) + " are possible");
        }
        findings_.refuse(name_);
        return static_cast<int64_t>(length);
    }

    void add(std::string_view name, JsonValue about) {
        if (name.size() > LONGEST_NAME) {
            findings_.add("the name " + quoted(name) + " is longer than " + std::to_string(LONGEST_NAME) + " bytes");
        }
        JsonValue dtype = about.get("dtype");
        JsonValue shape = about.get("shape");
        JsonValue offsets = about.get("data_offsets");
        if (about.size() != 3 || !dtype.isText() || !shape.isArray() || !offsets.isArray() || offsets.size() != 2 || shape.size() > HIGHEST_RANK) {
            findings_.add(quoted(name) + " has not just a dtype, a shape of at most " + std::to_string(HIGHEST_RANK)
                          + " numbers and two data_offsets");
            return;
        }
        const ElementForm* form = safetensorsElement(dtype.text());
        if (form == nullptr) {
            findings_.add(quoted(name) + " has elements of type " + quoted(dtype.text()) + ", which is not read here");
            return;
        }
        Entry entry;
        entry.tensor.name = std::string(name);
        entry.tensor.type = static_cast<Element>(form->number);
        int64_t bytes = form->blockBytes;
        bool over = false;
        for (JsonValue extent : shape.elements()) {
            entry.tensor.extents.push_back(extent.whole(0, INT64_MAX));
            over |= __builtin_mul_overflow(bytes, entry.tensor.extents.back(), &bytes);
        }
        entry.begin = offsets.at(0).whole(0, INT64_MAX);
        entry.end = offsets.at(1).whole(0, INT64_MAX);
        if (over) {
            findings_.add("the shape of " + quoted(name) + " has more bytes than 63 bits count");
        } else if (entry.end < entry.begin || entry.end - entry.begin != bytes) {
            findings_.add(quoted(name) + " needs " + std::to_string(bytes) + " bytes for its shape, its offsets are " + std::to_string(entry.begin)
                          + " and "
                          + std::to_string(entry.end));
        } else {
            entries_.push_back(std::move(entry));
        }
    }

    void requireExactCover() {
        int64_t length = file_.size - dataStart_;
        int64_t reached = 0;
        for (Entry& entry : entries_) {
            if (entry.begin != reached) {
                findings_.add((entry.begin < reached ? "the data of " + quoted(entry.tensor.name) + " overlaps that before it"
                                                     : "there is a hole in the data before " + quoted(entry.tensor.name))
                              + " (data offset " + std::to_string(std::min(entry.begin, reached)) + ")");
            }
            reached = std::max(reached, entry.end);
        }
        if (reached != length) {
            findings_.add("the tensors take " + std::to_string(reached) + " bytes of data, the file holds " + std::to_string(length));
        }
    }

    Bytes file_;
    const std::string& name_;
    Findings findings_;
    std::vector<Entry> entries_;
    int64_t dataStart_ = 0;
};

bool plainName(std::string_view file) {
    return file.size() <= 96 && !file.empty() && file.front() != '.' && endsWith(std::string(file), ".safetensors")
           && std::all_of(file.begin(), file.end(), [](char c) {
                  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
              });
}

}  // namespace

std::vector<FileTensor> readSafetensors(Bytes file, const std::string& name) {
    Header header(file, name);
    std::vector<FileTensor> tensors;
    Findings findings;
    for (Entry& entry : header.read()) {
        entry.tensor.data = file.data + header.dataStart() + entry.begin;
        if (!allFinite(entry.tensor.type, entry.tensor.data, entry.tensor.size())) {
            findings.add(quoted(entry.tensor.name) + " holds NaN or an infinity (its data begins at byte "
                         + std::to_string(header.dataStart() + entry.begin)
                         + ")");
        }
        tensors.push_back(std::move(entry.tensor));
    }
    findings.refuse(name);
    return tensors;
}

std::vector<FileTensor> readShards(const std::string& index, std::vector<std::shared_ptr<MappedFile>>& mapped) {
    Json json = Json::parse(textOf(index, MOST_HEADER), index, {MOST_HEADER, MOST_TENSORS * 4, 8});
    Findings findings;
    std::vector<std::pair<std::string_view, std::string_view>> fileOf;      // name, file; sorted by name
    std::vector<std::string_view> files;
    for (JsonMember each : json.root().get("weight_map").members()) {
        std::string_view file = each.value.text();
        if (!plainName(file)) {
            findings.add(quoted(each.key) + " lies in " + quoted(file) + ", which is no file name of weights");
        }
        fileOf.emplace_back(each.key, file);
        files.push_back(file);
    }
    if (fileOf.empty()) {
        findings.add("its weight_map names no tensor");
    }
    std::sort(fileOf.begin(), fileOf.end());
    std::sort(files.begin(), files.end());
    files.erase(std::unique(files.begin(), files.end()), files.end());
    if (files.size() > 4096 || static_cast<int64_t>(fileOf.size()) > MOST_TENSORS) {
        findings.add("it names more than 4096 files or " + std::to_string(MOST_TENSORS) + " tensors");
    }
    findings.refuse(index);

    std::vector<FileTensor> tensors;
    std::vector<std::pair<std::string_view, std::string_view>> found;
    for (std::string_view file : files) {
        std::string path = joined(folderOf(index), std::string(file));
        if (!isFile(path)) {
            findings.add("the file " + std::string(file) + " is missing");
            continue;
        }
        mapped.push_back(std::make_shared<MappedFile>(path));
        for (FileTensor& tensor : readSafetensors(mapped.back()->bytes(), path)) {
            auto place = std::lower_bound(fileOf.begin(), fileOf.end(), std::make_pair(std::string_view(tensor.name), std::string_view()));
            if (place != fileOf.end() && place->first == tensor.name && place->second == file) {
                found.push_back(*place);
                tensors.push_back(std::move(tensor));
            } else {
                findings.add(std::string(file) + " holds " + quoted(tensor.name) + ", which the index does not look for there");
            }
        }
    }
    std::sort(found.begin(), found.end());
    for (const auto& each : fileOf) {
        if (!std::binary_search(found.begin(), found.end(), each)) {
            findings.add(std::string(each.second) + " lacks " + quoted(each.first));
        }
    }
    findings.refuse(index);
    return tensors;
}

}  // namespace llmsys
