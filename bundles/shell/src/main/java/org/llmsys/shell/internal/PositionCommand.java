package org.llmsys.shell.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Candidate;
import org.llmsys.assembly.Names;
import org.llmsys.assembly.Problem;
import org.llmsys.autograd.Parameters;
import org.llmsys.autograd.Variable;
import org.llmsys.inference.LoadedModel;
import org.llmsys.position.PositionalEncoding;
import org.llmsys.position.PositionalEncoding.PositionSpec;
import org.llmsys.position.RotaryPairing;
import org.llmsys.position.RotaryScaling;
import org.llmsys.shell.Arguments;
import org.llmsys.shell.Command;
import org.llmsys.shell.Console;
import org.llmsys.shell.Json;
import org.llmsys.transformer.ModelConfig;
import org.osgi.service.component.ComponentServiceObjects;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Shows a positional encoding: what it does to vectors, heads or scores. */
@Component(property = Command.NAME + "=position")
public final class PositionCommand implements Command {

    private static final String SLOT = "position";
    private static final List<String> SCALINGS = List.of("linear", "ntk", "llama3", "yarn");

    private final Assemblies assemblies;
    private final ComponentServiceObjects<Models> models;

    @Activate
    public PositionCommand(@Reference Assemblies assemblies, @Reference ComponentServiceObjects<Models> models) {
        this.assemblies = assemblies;
        this.models = models;
    }

    @Override
    public int run(Arguments arguments, Console console) throws IOException {
        Candidate encoding = candidate(arguments.words("NAME").getFirst());
        int positions = (int) arguments.whole("--positions");
        PositionPicture picture = arguments.has("--model") ? ofModel(encoding, positions, arguments) : ofSizes(encoding, positions, arguments);
        Optional<Path> file = arguments.path("--png");
        if (file.isPresent()) {
            HeatMap.write(picture.values(), file.get());
            console.err().println("wrote " + file.get());
        }
        double[][] values = picture.values();
        if (arguments.has("--json")) {
            console.json(Json.object("name", encoding.name(), "algorithm", encoding.algorithm(), "kind", picture.kind(),
                    "rows", values.length, "columns", values[0].length,
                    "values", Arrays.stream(values).map(row -> Arrays.stream(row).boxed().toList()).toList()));
        } else if (file.isEmpty()) {
            print(picture, console);
        }
        return 0;
    }

    private Candidate candidate(String name) {
        List<Candidate> all = assemblies.current().candidates(SLOT);
        return all.stream().filter(c -> c.name().equals(name)).findFirst().orElseThrow(() -> Problem.misused("there is no position called " + name,
                "nobody offers it", Names.suggestion(name, all.stream().map(Candidate::name).toList())));
    }

    private PositionPicture ofModel(Candidate encoding, int positions, Arguments arguments) {
        Models whole = models.getService();
        try {
            LoadedModel model = whole.load(arguments);
            ModelConfig config = model.model().config();
            PositionSpec spec = new PositionSpec(config.contextLength(), config.embeddingDim(), config.headDim(), config.ropeTheta(), "wpe.weight",
                    pairing(arguments).orElse(config.ropePairing()), scaling(arguments).orElse(config.ropeScaling()));
            return picture(encoding, spec, config.numHeads(), model.model().weights(), Math.min(positions, config.contextLength()));
        } finally {
            models.ungetService(whole);
        }
    }

    private PositionPicture ofSizes(Candidate encoding, int positions, Arguments arguments) {
        int dims = (int) arguments.whole("--dims");
        PositionSpec spec = new PositionSpec(positions, dims, dims, arguments.number("--theta"), "wpe.weight",
                pairing(arguments).orElse(RotaryPairing.INTERLEAVED), scaling(arguments).orElse(RotaryScaling.NONE));
        return picture(encoding, spec, (int) arguments.whole("--heads"), new NoWeights(encoding.name()), positions);
    }

    private PositionPicture picture(Candidate encoding, PositionSpec spec, int heads, Parameters weights, int positions) {
        try (Assemblies.Held<PositionalEncoding> held = assemblies.hold(PositionalEncoding.class, encoding.name())) {
            return PositionPicture.of(assemblies, held.provider(), spec, weights, heads, positions);
        }
    }

    private static Optional<RotaryPairing> pairing(Arguments arguments) {
        return arguments.text("--pairing").map(RotaryPairing::named);
    }

    private static Optional<RotaryScaling> scaling(Arguments arguments) {
        return arguments.text("--scaling").map(text -> scaling(text, (int) arguments.whole("--trained")));
    }

    /** @param trained positions the model was trained for */
    private static RotaryScaling scaling(String text, int trained) {
        if (text.equals("none")) {
            return RotaryScaling.NONE;
        }
        int colon = text.indexOf(':');
        String name = colon < 0 ? text : text.substring(0, colon);
        if (!SCALINGS.contains(name)) {
            throw Problem.misused("--scaling cannot be " + text, "there is no scaling called " + name, Names.suggestion(name, SCALINGS));
        }
        try {
            double factor = Double.parseDouble(colon < 0 ? "" : text.substring(colon + 1));
            return switch (name) {
                case "linear" -> new RotaryScaling.Linear(factor);
                case "ntk" -> new RotaryScaling.NtkAware(factor);
                case "llama3" -> new RotaryScaling.Llama3(factor, 1, 4, trained);
                default -> new RotaryScaling.Yarn(factor, trained);
            };
        } catch (NumberFormatException e) {
            throw Problem.misused("--scaling cannot be " + text, "how far it stretches is a number behind a colon",
                    "write for example --scaling " + name + ":4");
        } catch (IllegalArgumentException e) {
            throw Problem.misused("--scaling cannot be " + text, e.getMessage(), "write for example --scaling " + name + ":4");
        }
    }

    /** A row a line, as far as fits: the first eight columns. */
    private static void print(PositionPicture picture, Console console) {
        console.out().println(picture.kind() + ", " + (picture.kind().equals(PositionPicture.SCORE_BIAS) ? "heads x distances" : "positions x dimensions"));
        for (int row = 0; row < picture.values().length; row++) {
            StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%5d", row));
            double[] values = picture.values()[row];
            for (double value : Arrays.copyOf(values, Math.min(values.length, 8))) {
                line.append(String.format(Locale.ROOT, " %9.4f", value));
            }
            console.out().println(values.length > 8 ? line.append(" ...") : line);
        }
    }

    /** There is no model: an encoding that learns cannot be shown. */
    private record NoWeights(String encoding) implements Parameters {

        @Override
        public Variable get(String name, long... extents) {
            throw Problem.failed(encoding + " positions are learned", "without a model there is no " + name + " to show",
                    "give --model the folder of a model");
        }

        @Override
        public Variable find(String name, long... extents) {
            return null;
        }

        @Override
        public Parameters scope(String prefix) {
            return this;
        }
    }
}
