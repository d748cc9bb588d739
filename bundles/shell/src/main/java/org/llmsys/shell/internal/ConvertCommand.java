package org.llmsys.shell.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Names;
import org.llmsys.assembly.Problem;
import org.llmsys.inference.ModelConversion;
import org.llmsys.inference.ModelConversion.Made;
import org.llmsys.inference.ModelConversion.Order;
import org.llmsys.shell.Arguments;
import org.llmsys.shell.Command;
import org.llmsys.shell.Console;
import org.llmsys.shell.Json;
import org.llmsys.tensor.DType;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Writes a model in another form, or with weights of another type. */
@Component(property = Command.NAME + "=convert")
public final class ConvertCommand implements Command {

    private static final List<DType> TYPES = List.of(DType.F32, DType.F16, DType.BF16, DType.Q8_0, DType.Q4_0);

    private final ModelConversion conversion;

    @Activate
    public ConvertCommand(@Reference Assemblies assemblies) {
        this.conversion = new ModelConversion(assemblies);
    }

    @Override
    public int run(Arguments arguments, Console console) throws IOException {
        arguments.words(new String[0]);
        arguments.required("--model");
        Path out = Path.of(arguments.required("--out"));
        String format = arguments.text("--format").map(name -> name.toLowerCase(Locale.ROOT)).orElseGet(() -> usualFormat(out));
        Order order = new Order(Models.path(arguments), out, format, type(arguments.text("--type")), !arguments.has("--no-tokenizer"));
        requireFree(order, arguments.has("--force"));
        long start = System.nanoTime();
        Made made = conversion.convert(order, console.job("convert", "bytes", 0));
        report(order, made, (System.nanoTime() - start) / 1e9, arguments.has("--json"), console);
        return 0;
    }

    private static String usualFormat(Path out) {
        String name = out.toString();
        return name.endsWith(".gguf") ? "gguf" : name.endsWith(".bin") ? "llama2c" : "safetensors";
    }

    private static DType type(Optional<String> typed) {
        if (typed.isEmpty()) {
            return null;
        }
        List<String> names = TYPES.stream().map(type -> type.name().toLowerCase(Locale.ROOT)).toList();
        return TYPES.stream().filter(type -> type.name().equalsIgnoreCase(typed.get())).findFirst().orElseThrow(() -> Problem.misused(
                "weights are not written as " + typed.get(), "the types are " + String.join(", ", names), Names.suggestion(typed.get(), names)));
    }

    /** The targets that a conversion would replace: nobody loses a model by a slip of the hand. */
    private static void requireFree(Order order, boolean force) throws IOException {
        Path out = order.out();
        boolean folder = order.format().equals("safetensors");
        if (!folder && Files.isDirectory(out)) {
            throw Problem.failed("cannot write a model to " + out, "it is a folder, and a model in the form " + order.format() + " is a file",
                    "give --out the path of a file, such as " + out.resolve("model." + (order.format().equals("llama2c") ? "bin" : order.format())));
        }
        boolean taken = folder && Files.isDirectory(out) ? holdsSomething(out) : Files.exists(out);
        Path tokenizer = out.toAbsolutePath().resolveSibling("tokenizer.bin");
        boolean tokenizerTaken = order.format().equals("llama2c") && order.withTokenizer() && Files.exists(tokenizer);
        if (!force && (taken || tokenizerTaken)) {
            throw Problem.failed("there is something at " + (taken ? out : tokenizer), "it would be replaced",
                    "replace it: --force; or give another --out");
        }
    }

    private static boolean holdsSomething(Path folder) throws IOException {
        try (Stream<Path> inside = Files.list(folder)) {
            return inside.findAny().isPresent();
        }
    }

    private static long size(Path out) throws IOException {
        if (!Files.isDirectory(out)) {
            return Files.size(out);
        }
        try (Stream<Path> inside = Files.list(out)) {
            return Arrays.stream(inside.toArray(Path[]::new)).mapToLong(file -> file.toFile().length()).sum();
        }
    }

    private static void report(Order order, Made made, double seconds, boolean json, Console console) throws IOException {
        String type = order.type() == null ? "as it was" : order.type().name().toLowerCase(Locale.ROOT);
        if (json) {
            console.json(Json.object("out", order.out().toString(), "format", order.format(), "type", type, "tensors", made.file().tensors().size(),
                    "parameters", made.config().parameterCount(), "bytes", size(order.out()), "tokenizer",
                    made.tokenizer() == null ? null : made.tokenizer().type(), "note",
                    made.note().isEmpty() ? null : made.note(), "seconds", seconds));
        } else {
            console.out().println(String.format(Locale.ROOT, "%,d parameters in %,d tensors, %s, saved as %s in %s: %,d bytes, %.1f s",
                    made.config().parameterCount(), made.file().tensors().size(), type, order.format(), order.out(), size(order.out()), seconds));
        }
        if (!made.note().isEmpty()) {
            console.err().println("note: " + made.note());
        }
        if (!json) {
            console.err().println("try: ./llmsys generate --model " + order.out() + " --prompt \"Once\"");
        }
    }
}
