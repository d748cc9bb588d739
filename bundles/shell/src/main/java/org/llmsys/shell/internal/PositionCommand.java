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
    private static final int LLAMA3_CONTEXT = 8192;

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
            PositionSpec spec = spec(config.contextLength(), config.embeddingDim(), config.headDim(), config.ropeTheta(), arguments);
            return picture(encoding, spec, config.numHeads(), model.model().weights(), Math.min(positions, config.contextLength()));
        } finally {
            models.ungetService(whole);
        }
    }

    private PositionPicture ofSizes(Candidate encoding, int positions, Arguments arguments) {
        int dims = (int) arguments.whole("--dims");
        PositionSpec spec = spec(positions, dims, dims, arguments.number("--theta"), arguments);
        return picture(encoding, spec, (int) arguments.whole("--heads"), new NoWeights(encoding.name()), positions);
    }

    private PositionPicture picture(Candidate encoding, PositionSpec spec, int heads, Parameters weights, int positions) {
        try (Assemblies.Held<PositionalEncoding> held = assemblies.hold(PositionalEncoding.class, encoding.name())) {
            return PositionPicture.of(assemblies, held.provider(), spec, weights, heads, positions);
        }
    }

    private static PositionSpec spec(int contextLength, int embeddingDim, int headDim, double theta, Arguments arguments) {
        return new PositionSpec(contextLength, embeddingDim, headDim, theta, "wpe.weight", pairing(arguments.required("--pairing")),
                scaling(arguments.required("--scaling")));
    }

    private static RotaryPairing pairing(String name) {
        return switch (name) {
            case "interleaved" -> RotaryPairing.INTERLEAVED;
            case "half-split" -> RotaryPairing.HALF_SPLIT;
            default -> throw Problem.misused("there is no pairing called " + name, "elements turn with their neighbour or with one of the other half",
                    "write --pairing interleaved or --pairing half-split");
        };
    }

    private static RotaryScaling scaling(String text) {
        if (text.equals("none")) {
            return RotaryScaling.NONE;
        }
        int colon = text.indexOf(':');
        try {
            double factor = Double.parseDouble(text.substring(colon + 1));
            return switch (text.substring(0, Math.max(0, colon))) {
                case "linear" -> new RotaryScaling.Linear(factor);
                case "ntk" -> new RotaryScaling.NtkAware(factor);
                case "llama3" -> new RotaryScaling.Llama3(factor, 1, 4, LLAMA3_CONTEXT);
                default -> throw new IllegalArgumentException("there are none, linear, ntk and llama3");
            };
        } catch (IllegalArgumentException e) {                           // also of a factor that is no number
            throw Problem.misused("--scaling cannot be " + text, e.getMessage(), "write for example --scaling ntk:4");
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
            throw Problem.failed(encoding + " positions are learned", "without a model there is no " + name + " to show", "give --model the folder of a model");
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
