package org.llmsys.inference;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Job;
import org.llmsys.assembly.Problem;
import org.llmsys.files.ModelFile;
import org.llmsys.files.ModelFiles;
import org.llmsys.files.RotaryOrder;
import org.llmsys.files.WeightTypes;
import org.llmsys.tensor.DType;
import org.llmsys.tokenizer.Tokenizer;
import org.llmsys.tokenizer.TokenizerFile.Form;
import org.llmsys.tokenizer.TokenizerFiles;
import org.llmsys.transformer.ModelConfig;
import org.llmsys.transformer.ModelConfigJson;
import org.llmsys.transformer.ModelWeightNames;

/**
 * A model from one form into another: read, checked against its configuration, its weights retyped, its tokenizer put into the form that
 * the target has, written whole or not at all.
 *
 * <pre>
 *   safetensors    tokenizer.json in the folder; queries and keys in Hugging Face's order
 *   gguf           tokenizer.ggml.* keys in the file
 *   llama2c        tokenizer.bin beside the file
 * </pre>
 *
 * <p>Weights whose type stays go from file to file as mapped bytes; those that change are copied to the heap. Nothing here computes with the model; it
 * stands in this room because a model is its weights (room {@code files}), its configuration (11) and its tokenizer (06) together.
 *
 * <p>Thread-safe; remembers nothing.
 *
 * <pre>{@code
 * Order order = new Order(Path.of("my-model"), Path.of("my-model.gguf"), "gguf", DType.Q8_0, true);
 * Made made = new ModelConversion(assemblies).convert(order, job);
 * System.out.println(made.file().tensors().size() + " tensors. " + made.note());
 * }</pre>
 */
public final class ModelConversion {

    private static final String SAFETENSORS = "safetensors";
    private static final String LLAMA2C = "llama2c";
    private static final Map<String, Form> FORMS = Map.of("gguf", Form.GGUF, LLAMA2C, Form.LLAMA2C);
    private static final Map<Form, String> FORM_KEYS = Map.of(Form.GGUF, "tokenizer.gguf", Form.LLAMA2C, "tokenizer.bin");

    private final Assemblies assemblies;

    /** @param assemblies has the formats and the kinds of tokenizers */
    public ModelConversion(Assemblies assemblies) {
        this.assemblies = assemblies;
    }

    /**
     * What to make.
     *
     * @param in            folder or file of the model
     * @param out           the folder for safetensors, else the file; what is there is replaced
     * @param format        {@code safetensors}, {@code gguf}, {@code llama2c}, or a plug-in's
     * @param type          of the weights; null leaves each as it is
     * @param withTokenizer whether the tokenizer goes with the weights
     */
    public record Order(Path in, Path out, String format, DType type, boolean withTokenizer) {
    }

    /**
     * What became of it.
     *
     * @param config    of the model
     * @param file      what was written, to be asked for names, shapes and types: numbers that were mapped cannot be read any more
     * @param tokenizer its kind, or null when there is none in the target
     * @param note      what a reader should know, or empty
     */
    public record Made(ModelConfig config, ModelFile file, Tokenizer tokenizer, String note) {
    }

    /**
     * Reads, converts and writes.
     *
     * @param job counts bytes: those retyped, then those written; its total is that of the weights until all is written
     * @throws Problem for a model that is not whole, and one that names what the target cannot say; nothing is written then
     */
    public Made convert(Order order, Job job) {
        try (ModelFile source = ModelFiles.read(order.in(), assemblies)) {
            ModelConfig config = ModelConfigJson.read(source.config());
            ModelWeightNames.require(source.tensors(), config, order.in());
            requireSayable(source, config, order);
            Optional<Tokenizer> tokenizer = order.withTokenizer() ? tokenizer(source, order) : Optional.empty();
            ModelFile dressed = dressed(source, tokenizer.orElse(null), order);
            ModelFile ordered = order.format().equals(SAFETENSORS) ? RotaryOrder.halfSplit(dressed) : dressed;
            long bytes = WeightTypes.bytes(ordered);
            job.total(order.type() == null ? bytes : 2 * bytes);
            ModelFile typed = order.type() == null ? ordered : WeightTypes.converted(ordered, order.type(), job);
            job.total(job.progress().done() + WeightTypes.bytes(typed));
            ModelFiles.write(order.out(), typed, order.format(), assemblies, job);
            job.total(job.progress().done());                    // what a form writes beside the weights is known now
            return new Made(config, typed, tokenizer.orElse(null), note(config, tokenizer.orElse(null), order));
        }
    }

    /** What is plain before anything is computed. */
    private static void requireSayable(ModelFile source, ModelConfig config, Order order) {
        boolean blocks = order.type() != null ? order.type().blocked()
                : source.tensors().values().stream().anyMatch(tensor -> tensor.dtype().blocked());
        if (order.format().equals(SAFETENSORS) && blocks) {
            throw Problem.failed("cannot write the model as safetensors", "its weights " + (order.type() == null ? "are" : "would be")
                    + " blocks of numbers that share a scale, and the form has no name for them", "add --type f16 or --type f32, or write gguf");
        }
        if (order.format().equals(LLAMA2C) && !config.family().equals("llama")) {
            throw Problem.failed("cannot write the model as llama2c's .bin",
                    "the form holds Llama 2, and this is a model of the family " + config.family(),
                    "write it as safetensors or gguf");
        }
        if (order.format().equals(LLAMA2C) && order.type() != null && order.type() != DType.F32) {
            throw Problem.misused("cannot write the model as llama2c's .bin with " + order.type() + " weights", "a file of version 0 holds F32",
                    "leave --type out, or write gguf");
        }
    }

    private Optional<Tokenizer> tokenizer(ModelFile source, Order order) {
        if (source.tokenizer() == null && source.tokenizerFile() == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(source.tokenizer() != null ? TokenizerFiles.parse(source.tokenizer(), assemblies)
                    : TokenizerFiles.read(source.tokenizerFile(), assemblies));
        } catch (Problem e) {
            throw new Problem("cannot convert the tokenizer of " + order.in(), e.getMessage() + ": " + e.why(),
                    "convert the weights alone with --no-tokenizer", e.exitStatus(), e);
        }
    }

    /** With its tokenizer in the form that the target has. */
    private ModelFile dressed(ModelFile source, Tokenizer tokenizer, Order order) {
        String json = null;
        Map<String, byte[]> forms = new HashMap<>();
        Form form = FORMS.get(order.format());
        if (tokenizer != null && form == null) {
            json = source.tokenizer() != null ? source.tokenizer() : said(tokenizer, order);
        } else if (tokenizer != null) {
            forms.put(FORM_KEYS.get(form), said(tokenizer, form, order));
        }
        return new ModelFile(source.config(), json, source.tensors(), source.metadata(), null, forms);
    }

    private static String said(Tokenizer tokenizer, Order order) {
        try {
            return tokenizer.toJson();
        } catch (Problem e) {
            throw unsaid(tokenizer, order, e.why(), e);
        }
    }

    private static byte[] said(Tokenizer tokenizer, Form form, Order order) {
        try {
            return tokenizer.files(form).orElseThrow(() -> unsaid(tokenizer, order, "such files hold no tokenizers of this kind", null))
                    .values().iterator().next();
        } catch (Problem e) {
            throw e.getMessage().startsWith("cannot write the tokenizer") ? e : unsaid(tokenizer, order, e.getMessage() + ": " + e.why(), e);
        }
    }

    private static Problem unsaid(Tokenizer tokenizer, Order order, String why, Problem cause) {
        return new Problem("cannot write the tokenizer (" + tokenizer.type() + ") for " + order.format(), why,
                "convert the weights alone with --no-tokenizer, or choose another format", Problem.FAILED, cause);
    }

    private static String note(ModelConfig config, Tokenizer tokenizer, Order order) {
        if (tokenizer != null && tokenizer.vocabSize() != config.vocabSize() && FORMS.containsKey(order.format())) {
            return "the tokenizer has " + tokenizer.vocabSize() + " tokens, the model's table " + config.vocabSize()
                    + " rows: programs that want as many of both refuse the file";
        }
        return tokenizer == null ? "there is no tokenizer in it" : "";
    }
}
