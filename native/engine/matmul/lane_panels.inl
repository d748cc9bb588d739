// The loops of a LaneWidener, compiled for an instruction set by whoever includes this and defines LANES as the attribute that names it.
namespace llmsys {

namespace {

LANES inline void widenQ8(const int8_t* codes, const float* scales, float* to) {
    for (int64_t k = 0; k < 32; k++) {
        for (int64_t o = 0; o < 32; o++) {
            to[k * 32 + o] = scales[o] * static_cast<float>(codes[k * 32 + o]);
        }
    }
}

LANES inline void widenQ4(const uint8_t* pairs, const float* scales, float* to) {
    for (int64_t j = 0; j < 16; j++) {
        for (int64_t o = 0; o < 32; o++) {
            const int pair = pairs[j * 32 + o];
            to[j * 32 + o] = scales[o] * static_cast<float>((pair & 15) - 8);
            to[(j + 16) * 32 + o] = scales[o] * static_cast<float>((pair >> 4) - 8);
        }
    }
}

LANES inline void widenBfloats(const uint16_t* bits, int64_t count, float* to) {
    for (int64_t i = 0; i < count; i++) {
        const uint32_t wide = static_cast<uint32_t>(bits[i]) << 16;
        std::memcpy(to + i, &wide, sizeof wide);
    }
}

LANES void widenLanes(const lls_panels& w, int64_t panel, int64_t begin, int64_t end, float* to) {
    if (begin == end) {
        return;                                                  // no inputs, and so perhaps no data at all
    }
    const int64_t at = (panel * w.inputs + begin) * 32, count = (end - begin) * 32;
    switch (w.type) {
        case LLS_F32: std::memcpy(to, static_cast<const float*>(w.data) + at, static_cast<size_t>(count) * sizeof(float)); return;
        case LLS_F16: widenHalves(static_cast<const uint16_t*>(w.data) + at, count, to); return;
        case LLS_BF16: widenBfloats(static_cast<const uint16_t*>(w.data) + at, count, to); return;
        default: break;
    }
    const float* scales = w.scales + at / 32;
    for (int64_t k = begin; k < end; k += 32, scales += 32, to += 32 * 32) {
        const int64_t from = (panel * w.inputs + k) * 32;
        if (w.type == LLS_Q8_0) {
            widenQ8(static_cast<const int8_t*>(w.data) + from, scales, to);
        } else {
            widenQ4(static_cast<const uint8_t*>(w.data) + from / 2, scales, to);
        }
    }
}

}  // namespace

}  // namespace llmsys
