// The C structs of plug-ins as kernels, and lls_register_*.
#include "engine/core/surface.h"
#include "engine/plugin/registration.h"

namespace llmsys {

namespace {

class PluginMatmul final : public MatmulKernel {
public:
    PluginMatmul(std::string name, const lls_matmul_kernel& kernel, void* self) : name_(std::move(name)), kernel_(kernel), self_(self) {}
    void multiply(const Matrix& a, const Matrix& b, const float* bias, const Matrix& c, bool accumulate, Workers& workers) const override {
        PluginCall call(name_);
        PluginWorkers shared(workers);
        lls_status status = kernel_.multiply(self_, shared.view(), &a, &b, bias, &c, accumulate ? 1 : 0);
        shared.rethrow();
        call.check(status);
    }

private:
    std::string name_;
    lls_matmul_kernel kernel_;
    void* self_;
};

class PluginActivation final : public Activation {
public:
    PluginActivation(std::string name, const lls_activation_kernel& kernel, void* self) : name_(std::move(name)), kernel_(kernel), self_(self) {}
    void forward(const float* x, float* y, int64_t size, Workers& workers) const override {
        PluginCall call(name_);
        PluginWorkers shared(workers);
        lls_status status = kernel_.forward(self_, shared.view(), x, y, size);
        shared.rethrow();
        call.check(status);
    }
    void backward(const float* x, const float* y, const float* gradY, float* gradX, int64_t size, bool accumulate, Workers& workers) const override {
        PluginCall call(name_);
        PluginWorkers shared(workers);
        lls_status status = kernel_.backward(self_, shared.view(), x, y, gradY, gradX, size, accumulate ? 1 : 0);
        shared.rethrow();
        call.check(status);
    }

private:
    std::string name_;
    lls_activation_kernel kernel_;
    void* self_;
};

class PluginNormalization final : public Normalization {
public:
    PluginNormalization(std::string name, const lls_normalization_kernel& kernel, void* self) : name_(std::move(name)), kernel_(kernel),
            self_(self) {}
    int64_t savedPerRow() const override { return kernel_.saved_per_row; }
    void forward(const float* x, const float* gamma, const float* beta, float eps, float* y, float* saved, int64_t rows, int64_t columns,
                 Workers& workers) const override {
        PluginCall call(name_);
        PluginWorkers shared(workers);
        lls_status status = kernel_.forward(self_, shared.view(), x, gamma, beta, eps, y, saved, rows, columns);
        shared.rethrow();
        call.check(status);
    }
    void backward(const float* x, const float* gamma, const float* saved, const float* gradY, float* gradX,
                  float* gradGamma, float* gradBeta, int64_t rows, int64_t columns, Workers& workers) const override {
        PluginCall call(name_);
        PluginWorkers shared(workers);
        lls_status status = kernel_.backward(self_, shared.view(), x, gamma, saved, gradY, gradX, gradGamma, gradBeta, rows, columns);
        shared.rethrow();
        call.check(status);
    }

private:
    std::string name_;
    lls_normalization_kernel kernel_;
    void* self_;
};

class PluginSampler final : public Sampler {
public:
    PluginSampler(std::string name, const lls_sampler_kernel& kernel, void* self) : name_(std::move(name)), kernel_(kernel), self_(self) {}
    int32_t pick(const float* logits, int64_t v, double draw) const override {
        PluginCall call(name_);
        int32_t id = -1;
        call.check(kernel_.pick(self_, logits, v, draw, &id));
        if (id < 0 || id >= v) {
            throw Error(LLS_NUMERIC, "the plug-in's " + name_ + " picked the token " + std::to_string(id), "the vocabulary has " + std::to_string(v),
                        "choose another sampler, and tell the plug-in's author");
        }
        return id;
    }

private:
    std::string name_;
    lls_sampler_kernel kernel_;
    void* self_;
};

class PluginFilter final : public Filter {
public:
    PluginFilter(std::string name, const lls_filter_kernel& kernel, void* self) : name_(std::move(name)), kernel_(kernel), self_(self) {}
    void apply(float* logits, int64_t v, double setting) const override {
        PluginCall call(name_);
        call.check(kernel_.apply(self_, logits, v, setting));
    }

private:
    std::string name_;
    lls_filter_kernel kernel_;
    void* self_;
};

template <typename Slot, typename Adapter, typename Kernel>
void registerKernel(const char* slot, Implementation implementation, const Kernel& kernel, void* self) {
    implementation.kernel = std::shared_ptr<const Slot>(std::make_shared<Adapter>(std::string(slot) + " " + implementation.name, kernel, self));
    Registry::process().add(std::move(implementation));
}

}  // namespace

}  // namespace llmsys

using namespace llmsys;

extern "C" {

lls_status lls_register_matmul(const lls_registration* what, const lls_matmul_kernel* kernel) {
    return guarded([&] {
        Implementation implementation = checkedRegistration("lls_register_matmul", "matmul", what);
        requireKernel("lls_register_matmul", kernel, sizeof *kernel);
        requireFunction("lls_register_matmul", "multiply", kernel->multiply != nullptr);
        registerKernel<MatmulKernel, PluginMatmul>("matmul", std::move(implementation), *kernel, what->self);
    });
}

lls_status lls_register_activation(const lls_registration* what, const lls_activation_kernel* kernel) {
    return guarded([&] {
        Implementation implementation = checkedRegistration("lls_register_activation", "activation", what);
        requireKernel("lls_register_activation", kernel, sizeof *kernel);
        requireFunction("lls_register_activation", "forward", kernel->forward != nullptr);
        requireFunction("lls_register_activation", "backward", kernel->backward != nullptr);
        registerKernel<Activation, PluginActivation>("activation", std::move(implementation), *kernel, what->self);
    });
}

lls_status lls_register_normalization(const lls_registration* what, const lls_normalization_kernel* kernel) {
    return guarded([&] {
        Implementation implementation = checkedRegistration("lls_register_normalization", "normalization", what);
        requireKernel("lls_register_normalization", kernel, sizeof *kernel);
        requireFunction("lls_register_normalization", "forward", kernel->forward != nullptr);
        requireFunction("lls_register_normalization", "backward", kernel->backward != nullptr);
        int64_t saved = implementation.algorithm == "layernorm" ? 2 : 1;
        bool known = implementation.algorithm == "layernorm" || implementation.algorithm == "rmsnorm";
        if (kernel->saved_per_row < 0 || kernel->saved_per_row > 16 || (known && kernel->saved_per_row != saved)) {
            throw Error(LLS_INVALID, "lls_register_normalization got saved_per_row " + std::to_string(kernel->saved_per_row),
                        "layernorm saves 2 numbers a row, rmsnorm 1, another algorithm at most 16", "save what llmsys.h says");
        }
        registerKernel<Normalization, PluginNormalization>("normalization", std::move(implementation), *kernel, what->self);
    });
}

lls_status lls_register_sampler(const lls_registration* what, const lls_sampler_kernel* kernel) {
    return guarded([&] {
        Implementation implementation = checkedRegistration("lls_register_sampler", "sampler", what);
        requireKernel("lls_register_sampler", kernel, sizeof *kernel);
        requireFunction("lls_register_sampler", "pick", kernel->pick != nullptr);
        registerKernel<Sampler, PluginSampler>("sampler", std::move(implementation), *kernel, what->self);
    });
}

lls_status lls_register_filter(const lls_registration* what, const lls_filter_kernel* kernel) {
    return guarded([&] {
        Implementation implementation = checkedRegistration("lls_register_filter", "filter", what);
        requireKernel("lls_register_filter", kernel, sizeof *kernel);
        requireFunction("lls_register_filter", "apply", kernel->apply != nullptr);
        registerKernel<Filter, PluginFilter>("filter", std::move(implementation), *kernel, what->self);
    });
}

}  // extern "C"
