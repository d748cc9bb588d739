package org.llmsys.files;

import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.llmsys.assembly.Problem;

/**
 * What stands before the data of a GGUF file.
 *
 * @param version   2 or 3
 * @param metadata  key to value, in file order
 * @param tensors   in file order, which is the order of their data
 * @param dataStart byte of the file where the data begins
 * @param complete  false for a file that ends where its data would begin, as vocabularies without weights do
 */
public record GgufFile(int version, Map<String, GgufValue> metadata, List<GgufTensor> tensors, long dataStart, boolean complete) {

    /** The text of this key, if the file has it. */
    public Optional<String> text(String key) {
        return value(key, GgufValue.Text.class, "a text").map(GgufValue.Text::text);
    }

    /** The whole number of this key, if the file has it. */
    public Optional<Long> whole(String key) {
        return value(key, GgufValue.Whole.class, "a whole number").map(GgufValue.Whole::value);
    }

    /** The real number of this key, if the file has it. */
    public Optional<Double> real(String key) {
        return value(key, GgufValue.Real.class, "a real number").map(GgufValue.Real::value);
    }

    /** The flag of this key, if the file has it. */
    public Optional<Boolean> flag(String key) {
        return value(key, GgufValue.Flag.class, "true or false").map(GgufValue.Flag::value);
    }

    /** The array of texts of this key, if the file has it. */
    public Optional<GgufValue.Texts> texts(String key) {
        return value(key, GgufValue.Texts.class, "an array of texts");
    }

    /** The array of whole numbers of this key, if the file has it. */
    public Optional<GgufValue.Wholes> wholes(String key) {
        return value(key, GgufValue.Wholes.class, "an array of whole numbers");
    }

    /** The array of real numbers of this key, if the file has it. */
    public Optional<GgufValue.Reals> reals(String key) {
        return value(key, GgufValue.Reals.class, "an array of real numbers");
    }

    /** @throws Problem when the key holds something else */
    private <T extends GgufValue> Optional<T> value(String key, Class<T> kind, String wanted) {
        GgufValue value = metadata.get(key);
        if (value != null && !kind.isInstance(value)) {
            throw Problem.failed("cannot read the GGUF file's " + key, "it holds a " + value.getClass().getSimpleName() + " where " + wanted
                    + " belongs",
                    "get an undamaged copy of the file");
        }
        return Optional.ofNullable(kind.cast(value));
    }
}
