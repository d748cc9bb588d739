#include "engine/files/rotary_scaling.h"

#include <algorithm>
#include <cmath>

namespace llmsys {

namespace {

constexpr double PI = 3.14159265358979323846;

std::vector<double> plain(int64_t headDim, double theta) {
    std::vector<double> w(static_cast<size_t>(headDim / 2));
    for (size_t i = 0; i < w.size(); i++) {
        w[i] = std::pow(theta, -2.0 * static_cast<double>(i) / static_cast<double>(headDim));
    }
    return w;
}

// The pair, with a fraction, that turns this often within the original context.
double pairThatTurns(double times, int64_t headDim, double theta, double original) {
    return static_cast<double>(headDim) * std::log(original / (times * 2 * PI)) / (2 * std::log(theta));
}

void yarn(const RotaryScaling& scaling, int64_t headDim, double theta, std::vector<double>& w) {
    double first = pairThatTurns(scaling.betaFast, headDim, theta, scaling.original);
    double last = pairThatTurns(scaling.betaSlow, headDim, theta, scaling.original);
    double low = std::max(scaling.wholePairs ? std::floor(first) : first, 0.0);
    double high = std::min(scaling.wholePairs ? std::ceil(last) : last, static_cast<double>(headDim - 1));
    for (size_t i = 0; i < w.size(); i++) {
        double ramp = std::clamp((static_cast<double>(i) - low) / (low == high ? 0.001 : high - low), 0.0, 1.0);
        w[i] = ramp * w[i] / scaling.factor + (1 - ramp) * w[i];
    }
}

}  // namespace

std::string RotaryScaling::wrong(int64_t headDim, double theta) const {
    if (!(theta >= 1 && std::isfinite(theta))) {
        return "rotary positions cannot have theta " + std::to_string(theta) + ": it is a finite number of at least 1";
    }
    if (kind != Kind::PLAIN && kind != Kind::FACTORS && !(factor >= 1 && std::isfinite(factor))) {
        return "a scaling factor of " + std::to_string(factor) + " stretches nothing: it is 1 or more";
    }
    if (kind == Kind::LLAMA3 && !(low > 0 && high > low && std::isfinite(high) && original >= 1)) {
        return "llama3 scaling needs 0 < low < high and an original context";
    }
    if (kind == Kind::YARN && !(original >= 1 && betaSlow > 0 && betaFast > betaSlow && std::isfinite(betaFast) && magnitude > 0
                                && std::isfinite(magnitude)
                                && theta > 1)) {
        return "yarn scaling needs an original context, 0 < beta_slow < beta_fast, a magnitude above 0 and a theta above 1";
    }
    if (kind == Kind::FACTORS) {
        if (static_cast<int64_t>(factors.size()) != headDim / 2) {
            return std::to_string(factors.size()) + " factors do not fit heads of " + std::to_string(headDim / 2) + " pairs";
        }
        for (float each : factors) {
            if (!(each > 0 && std::isfinite(each))) {
                return "a pair cannot turn " + std::to_string(each) + " times as slowly";
            }
        }
    }
    return "";
}

std::vector<double> RotaryScaling::frequencies(int64_t headDim, double theta) const {
    std::vector<double> w = plain(headDim, theta);
    switch (kind) {
        case Kind::PLAIN: break;
        case Kind::LINEAR:
            for (double& each : w) {
                each /= factor;
            }
            break;
        case Kind::NTK:
            if (headDim > 2) {                                   // the only pair of two is the fastest
                double width = static_cast<double>(headDim);
                w = plain(headDim, theta * std::pow(factor, width / (width - 2)));
            }
            break;
        case Kind::LLAMA3:
            for (double& each : w) {
                double g = std::clamp((original * each / (2 * PI) - low) / (high - low), 0.0, 1.0);
                each = (1 - g) * each / factor + g * each;
            }
            break;
        case Kind::YARN: yarn(*this, headDim, theta, w); break;
        case Kind::FACTORS:
            for (size_t i = 0; i < w.size(); i++) {
                w[i] /= static_cast<double>(factors[i]);
            }
            break;
    }
    return w;
}

double RotaryScaling::usualMagnitude(double factor, double scale) { return factor <= 1 ? 1 : 0.1 * scale * std::log(factor) + 1; }

}  // namespace llmsys
