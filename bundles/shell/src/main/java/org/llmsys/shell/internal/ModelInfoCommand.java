package org.llmsys.shell.internal;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.llmsys.assembly.Assemblies;
import org.llmsys.inference.LoadedModel;
import org.llmsys.position.RotaryScaling;
import org.llmsys.shell.Arguments;
import org.llmsys.shell.Command;
import org.llmsys.shell.Console;
import org.llmsys.shell.Json;
import org.llmsys.shell.Table;
import org.llmsys.shell.internal.ModelFacts.Share;
import org.llmsys.transformer.ModelConfig;
import org.llmsys.transformer.ModelSummary;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** What a model is: sizes, layers, and what it takes in its file and in memory. */
@Component(property = Command.NAME + "=model-info")
public final class ModelInfoCommand implements Command {

    private final Models models;
    private final Assemblies assemblies;

    @Activate
    public ModelInfoCommand(@Reference Models models, @Reference Assemblies assemblies) {
        this.models = models;
        this.assemblies = assemblies;
    }

    @Override
    public int run(Arguments arguments, Console console) {
        arguments.words(new String[0]);
        Path path = Models.path(arguments);
        ModelFacts facts = ModelFacts.of(path, models.load(arguments), assemblies);
        boolean tensors = arguments.has("--tensors");
        if (arguments.has("--json")) {
            console.json(json(facts, tensors));
        } else {
            console.out().print(text(facts, tensors));
        }
        return 0;
    }

    private static ModelSummary summary(ModelFacts facts) {
        return facts.loaded().model().summary(1, facts.config().contextLength());
    }

    private static String text(ModelFacts facts, boolean tensors) {
        ModelConfig config = facts.config();
        StringBuilder text = new StringBuilder("model          " + facts.path() + ", as " + facts.format() + "\n");
        text.append(config.summary());
        if (config.position().equals("rope")) {
            text.append("rotary         theta ").append(config.ropeTheta()).append(", ").append(config.ropePairing().text()).append(", scaling ")
                    .append(scaling(config)).append('\n');
        }
        text.append("tokenizer      ").append(tokenizer(facts.loaded())).append('\n');
        text.append(String.format(Locale.ROOT, "cache          %,d bytes for a full context of %,d tokens%n%n", facts.cacheBytes(),
                config.contextLength()));
        text.append(summary(facts)).append('\n');
        text.append(table("in the file", facts.inFile())).append('\n').append(table("in memory", facts.inMemory()));
        if (tensors) {
            Table list = new Table("tensor", "type", "shape", "bytes");
            facts.tensors().forEach(tensor -> list.row(Console.harmless(tensor.name()), tensor.type(), tensor.shape(), number(tensor.bytes())));
            text.append('\n').append(list);
        }
        return text.toString();
    }

    private static String scaling(ModelConfig config) {
        return config.ropeScaling().equals(RotaryScaling.NONE) ? "none" : config.ropeScaling().toString();
    }

    private static String tokenizer(LoadedModel model) {
        return model.tokenizer() == null ? "none: " + model.noTokenizer()
                : String.format(Locale.ROOT, "%s, %,d tokens", model.tokenizer().type(), model.tokenizer().vocabSize());
    }

    private static String table(String title, Map<String, Share> shares) {
        Table table = new Table(title, "tensors", "bytes");
        shares.forEach((type, share) -> table.row(type.toLowerCase(Locale.ROOT), number(share.tensors()), number(share.bytes())));
        table.row("total", number(shares.values().stream().mapToLong(Share::tensors).sum()), number(ModelFacts.bytes(shares)));
        return table.toString();
    }

    private static String number(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    private static Map<String, Object> json(ModelFacts facts, boolean tensors) {
        LoadedModel model = facts.loaded();
        List<Object> layers = new ArrayList<>();
        summary(facts).rows().forEach(row -> layers.add(Json.object("name", row.name(), "depth", row.depth(), "output", list(row.output().extents()),
                "parameters", row.parameters(), "bytes", row.bytes())));
        Map<String, Object> object = Json.object("model", facts.path().toString(), "format", facts.format(), "parameters",
                facts.config().parameterCount(), "config", config(facts.config()), "tokenizer", model.tokenizer() == null ? null
                        : Json.object("kind", model.tokenizer().type(), "vocabSize", model.tokenizer().vocabSize()), "noTokenizer",
                model.noTokenizer(),
                "file", types(facts.inFile()), "fileBytes", ModelFacts.bytes(facts.inFile()), "memory", types(facts.inMemory()),
                "memoryBytes", ModelFacts.bytes(facts.inMemory()), "cacheBytes", facts.cacheBytes(), "layers", layers);
        if (tensors) {
            List<Object> list = new ArrayList<>();
            facts.tensors().forEach(tensor -> list.add(Json.object("name", tensor.name(), "type", tensor.type().toLowerCase(Locale.ROOT), "shape",
                    list(tensor.shape().extents()), "bytes", tensor.bytes())));
            object.put("tensors", list);
        }
        return object;
    }

    private static Map<String, Object> config(ModelConfig config) {
        return Json.object("family", config.family(), "vocabSize", config.vocabSize(), "contextLength", config.contextLength(), "embeddingDim",
                config.embeddingDim(), "numLayers", config.numLayers(), "numHeads", config.numHeads(), "numKvHeads", config.numKvHeads(), "headDim",
                config.headDim(), "hiddenDim", config.hiddenDim(), "normEps", config.normEps(), "block", config.block(), "normalization",
                config.normalization(), "position", config.position(), "feedforward", config.feedforward(), "activation", config.activation(),
                "causal", config.causal(), "tiedOutput", config.tiedOutput(), "biases", config.biases(), "ropeTheta", config.ropeTheta(), "ropePairing",
                config.ropePairing().text(), "ropeScaling", scaling(config));
    }

    private static List<Object> types(Map<String, Share> shares) {
        List<Object> types = new ArrayList<>();
        shares.forEach((type, share) -> types.add(Json.object("type", type.toLowerCase(Locale.ROOT), "tensors", share.tensors(),
                "bytes", share.bytes())));
        return types;
    }

    private static List<Object> list(long[] numbers) {
        List<Object> list = new ArrayList<>();
        for (long number : numbers) {
            list.add(number);
        }
        return list;
    }
}
