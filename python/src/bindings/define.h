// Functions and methods for Python that take anything and say themselves what does not fit: operation, parameter, and the type that came.
//
//   define(m, "sigmoid", &sigmoid, "input"_a, ...)       as m.def, with the same signature and types in stubs
//
// Left to itself pybind11 answers a wrong type, a missing argument and an unknown name alike: with a list of signatures and the arguments' contents.
#pragma once

#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <pybind11/stl.h>

#include "bindings/errors.h"

namespace llmsys::python {

// An argument of a function that takes an A: converted when it can be, and kept as it came when not.
template <typename A>
struct Given {
    py::detail::make_caster<A> caster;
    py::handle came;
    bool fits = false;
};

template <typename T>
std::string wanted() {
    if constexpr (std::is_same_v<T, bool>) {
        return "a bool";
    } else if constexpr (std::is_integral_v<T>) {
        return "an int";
    } else if constexpr (std::is_floating_point_v<T>) {
        return "a float";
    } else if constexpr (std::is_same_v<T, std::string>) {
        return "a str";
    } else {
        return "something else: help() tells what";
    }
}
template <typename T>
std::string wantedOf(const std::optional<T>*) { return wanted<T>() + " or None"; }
template <typename T>
std::string wantedOf(const std::vector<T>*) { return "a list"; }
template <typename T>
std::string wantedOf(const T*) { return wanted<T>(); }

// A number of the right type that has too many bits, or a text that UTF-8 does not write, is a wrong value.
template <typename T>
struct Element { using type = T; };
template <typename T>
struct Element<std::optional<T>> { using type = T; };

// An array of texts or objects, which some versions of numpy turn into a number.
bool isArrayWithoutNumbers(py::handle object);

[[noreturn]] void refuse(const char* operation, const char* parameter, py::handle came, const std::string& wanted, bool number, bool text);
[[noreturn]] void refuseCall(const char* operation, const std::vector<std::string>& parameters, const py::args& given, const py::kwargs& named);

template <typename A>
A taken(Given<A>& given, const char* operation, const char* parameter) {
    using T = std::remove_cv_t<std::remove_pointer_t<std::remove_reference_t<A>>>;
    using E = typename Element<T>::type;
    if (!given.fits) {
        refuse(operation, parameter, given.came, wantedOf(static_cast<const T*>(nullptr)), std::is_integral_v<E> && !std::is_same_v<E, bool>,
               std::is_same_v<E, std::string>);
    }
    return py::detail::cast_op<A>(given.caster);
}

// The names of a definition's parameters, in order; a caller's "out" after `*` is marked as one to be named.
struct Parameters {
    std::vector<const char*> names;
    std::vector<std::string> shown;
    bool onlyNamed = false;

    template <typename... Extra>
    explicit Parameters(const Extra&... extra) {
        (add(extra), ...);
    }

private:
    template <typename E>
    void add(const E& extra) {
        if constexpr (std::is_base_of_v<py::arg, E>) {
            names.push_back(extra.name);
            shown.push_back(std::string(extra.name) + (onlyNamed ? "=..." : ""));
        } else if constexpr (std::is_same_v<E, py::kw_only>) {
            onlyNamed = true;
        } else {
            static_cast<void>(extra);
        }
    }
};

// The text that help() shows of a function, kept while an overload is added that nobody shall see.
class Documentation {
public:
    explicit Documentation(py::handle function) : method_(reinterpret_cast<PyCFunctionObject*>(py::detail::get_function(function).ptr())->m_ml) {
        text_ = method_->ml_doc == nullptr ? "" : method_->ml_doc;
    }
    ~Documentation() {
        std::free(const_cast<char*>(method_->ml_doc));
        method_->ml_doc = strdup(text_.c_str());
    }
    Documentation(const Documentation&) = delete;

private:
    PyMethodDef* method_;
    std::string text_;
};

namespace definitions {

template <typename F>
struct Signature : Signature<decltype(&F::operator())> {};
template <typename R, typename... A>
struct Signature<R (*)(A...)> {
    // A callable of Givens that calls f.
    template <typename F>
    static auto wrap(const char* operation, std::vector<const char*> names, F f) {
        return wrapAt(operation, std::move(names), std::move(f), std::index_sequence_for<A...>());
    }
    template <typename F, size_t... I>
    static auto wrapAt(const char* operation, std::vector<const char*> names, F f, std::index_sequence<I...>) {
        return [operation, names = std::move(names), f = std::move(f)](Given<A>&... given) -> R {
            return f(taken<A>(given, operation, names[I])...);
        };
    }
    template <typename F>
    static auto wrapMethod(const char* operation, std::vector<const char*> names, F f) {
        return method(operation, std::move(names), std::move(f), static_cast<R (*)(A...)>(nullptr));
    }

private:
    template <typename F, typename Self, typename... More>
    static auto method(const char* operation, std::vector<const char*> names, F f, R (*)(Self, More...)) {
        return methodAt<F, Self, More...>(operation, std::move(names), std::move(f), std::index_sequence_for<More...>());
    }
    template <typename F, typename Self, typename... More, size_t... I>
    static auto methodAt(const char* operation, std::vector<const char*> names, F f, std::index_sequence<I...>) {
        return [operation, names = std::move(names), f = std::move(f)](Self self, Given<More>&... given) -> R {
            return f(std::forward<Self>(self), taken<More>(given, operation, names[I])...);
        };
    }
};
template <typename C, typename R, typename... A>
struct Signature<R (C::*)(A...) const> : Signature<R (*)(A...)> {};
template <typename C, typename R, typename... A>
struct Signature<R (C::*)(A...)> : Signature<R (*)(A...)> {};

template <typename C, typename R, typename... A>
auto plain(R (C::*f)(A...)) {
    return [f](C& self, A... given) -> R { return (self.*f)(std::forward<A>(given)...); };
}
template <typename C, typename R, typename... A>
auto plain(R (C::*f)(A...) const) {
    return [f](const C& self, A... given) -> R { return (self.*f)(std::forward<A>(given)...); };
}
template <typename F>
auto plain(F f) { return f; }

}  // namespace definitions

// A function of a module.
template <typename F, typename... Extra>
void define(py::module_& m, const char* name, F f, const Extra&... extra) {
    Parameters parameters(extra...);
    m.def(name, definitions::Signature<F>::wrap(name, parameters.names, f), extra...);
    Documentation kept(m.attr(name));
    m.def(name, [name, shown = parameters.shown](const py::args& given, const py::kwargs& named) { refuseCall(name, shown, given, named); });
}

// A method; operation: its name in messages, such as "Arena.empty".
template <typename C, typename F, typename... Extra>
void defineMethod(C& type, const char* operation, F f, const Extra&... extra) {
    const char* name = std::strrchr(operation, '.') + 1;
    Parameters parameters(extra...);
    auto method = definitions::plain(f);
    type.def(name, definitions::Signature<decltype(method)>::wrapMethod(operation, parameters.names, method), extra...);
    Documentation kept(type.attr(name));
    type.def(name, [operation, shown = parameters.shown](const py::object&, const py::args& given, const py::kwargs& named) {
        refuseCall(operation, shown, given, named);
    });
}

template <typename C, typename F, typename... Extra>
void defineStatic(C& type, const char* operation, F f, const Extra&... extra) {
    const char* name = std::strrchr(operation, '.') + 1;
    Parameters parameters(extra...);
    type.def_static(name, definitions::Signature<F>::wrap(operation, parameters.names, f), extra...);
    Documentation kept(type.attr(name));
    type.def_static(name, [operation, shown = parameters.shown](const py::args& given, const py::kwargs& named) {
        refuseCall(operation, shown, given, named);
    });
}

// The constructor T(A...).
template <typename... A, typename C, typename... Extra>
void defineConstructor(C& type, const char* operation, const Extra&... extra) {
    using T = typename C::type;
    Parameters parameters(extra...);
    auto make = [](A... given) { return std::make_unique<T>(std::forward<A>(given)...); };
    type.def(py::init(definitions::Signature<decltype(make)>::wrap(operation, parameters.names, make)), extra...);
    Documentation kept(type.attr("__init__"));
    type.def(py::init([operation, shown = parameters.shown](const py::args& given, const py::kwargs& named) -> std::unique_ptr<T> {
        refuseCall(operation, shown, given, named);
    }));
}

}  // namespace llmsys::python

namespace pybind11::detail {

template <typename A>
struct type_caster<llmsys::python::Given<A>> {
    static constexpr auto name = make_caster<A>::name;
    template <typename>
    using cast_op_type = llmsys::python::Given<A>&;

    bool load(handle source, bool) {
        using Plain = remove_reference_t<A>;
        constexpr bool object = std::is_base_of_v<type_caster_generic, make_caster<A>> && !std::is_pointer_v<Plain>;
        value.came = source;
        constexpr bool number = std::is_arithmetic_v<typename llmsys::python::Element<std::remove_cv_t<Plain>>::type>;
        value.fits = !(object && source.is_none()) && !(number && llmsys::python::isArrayWithoutNumbers(source)) && value.caster.load(source, true);
        PyErr_Clear();
        return true;
    }
    operator llmsys::python::Given<A>&() { return value; }

    llmsys::python::Given<A> value;
};

}  // namespace pybind11::detail
