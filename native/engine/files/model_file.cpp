#include "engine/files/model_file.h"

namespace llmsys {

std::string FileTensor::shape() const {
    std::string text = "(";
    for (size_t i = 0; i < extents.size(); i++) {
        text += (i == 0 ? "" : ",") + std::to_string(extents[i]);
    }
    return text + ")";
}

void FileTensor::widen(int64_t from, int64_t count, float* to) const {
    if (scales < 0) {
        const ElementForm& form = formOf(type);
        widenElements(type, data + from / form.block * form.blockBytes, count, to);
        return;
    }
    for (int64_t i = 0; i < count; i++) {
        float scale;
        std::memcpy(&scale, data + scales + (from + i) / group * 4, sizeof scale);
        to[i] = static_cast<float>(static_cast<int8_t>(data[from + i])) * scale;
    }
}

}  // namespace llmsys
