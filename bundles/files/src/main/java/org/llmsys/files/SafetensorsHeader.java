package org.llmsys.files;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import com.google.gson.JsonParseException;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;

/**
 * The JSON that opens a safetensors file, checked before a byte of data is read.
 *
 * <pre>
 *   {"__metadata__": {"key": "text"}, "name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, ...}
 * </pre>
 *
 * <p>Read as a stream of tokens, so that a name given twice is seen and nothing nests deeper than the form allows. In the end the data
 * of all tensors must fill the rest of the file exactly: no overlap, no hole, nothing behind.
 */
final class SafetensorsHeader {

    static final int MOST_BYTES = 64 << 20;
    static final int MOST_TENSORS = 65_536;
    static final int LONGEST_NAME = 256;
    static final int HIGHEST_RANK = 8;
    private static final int LONGEST_REASON = 200;
    static final String METADATA = "__metadata__";

    /**
     * One tensor as the header describes it.
     *
     * @param begin first byte, counted from the start of the data
     * @param end   byte after the last one
     */
    record Entry(String name, Element element, long[] extents, long begin, long end) {
    }

    private final Findings findings;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();

    private SafetensorsHeader(Findings findings) {
        this.findings = findings;
    }

    /** What is wrong goes to {@code findings}; the entries hold only when nothing is. */
    static SafetensorsHeader parse(byte[] json, long dataLength, Findings findings) {
        SafetensorsHeader header = new SafetensorsHeader(findings);
        if (json.length == 0 || json[0] != '{') {
            findings.add("the header does not start with {");
            return header;
        }
        JsonReader in = new JsonReader(new InputStreamReader(new ByteArrayInputStream(json),
                StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT)));
        in.setStrictness(Strictness.STRICT);
        try {
            header.readAll(in);
            header.requireExactCover(dataLength);
        } catch (IOException | JsonParseException | IllegalStateException e) {
            findings.add("the header is not the JSON it should be: %s", firstLine(e));
        }
        return header;
    }

    /** In the order of their data. */
    List<Entry> entries() {
        return entries.values().stream().sorted(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end)).toList();
    }

    Map<String, String> metadata() {
        return metadata;
    }

    private void readAll(JsonReader in) throws IOException {
        in.beginObject();
        boolean metadataSeen = false;
        while (in.hasNext()) {
            String name = in.nextName();
            if (name.equals(METADATA)) {
                if (metadataSeen) {
                    findings.add("%s stands there twice", METADATA);
                }
                metadataSeen = true;
                readMetadata(in);
                continue;
            }
            if (name.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME) {
                findings.add("the name %s is longer than %d bytes", Findings.quote(name), LONGEST_NAME);
            }
            Entry entry = readEntry(in, name);
            if (entry != null && entries.put(name, entry) != null) {
                findings.add("the tensor %s stands there twice", Findings.quote(name));
            }
            if (entries.size() > MOST_TENSORS) {
                throw new IllegalStateException("more than " + MOST_TENSORS + " tensors");
            }
        }
        in.endObject();
        if (in.peek() != JsonToken.END_DOCUMENT) {
            findings.add("something follows the header's JSON");
        }
    }

    private void readMetadata(JsonReader in) throws IOException {
        in.beginObject();
        while (in.hasNext()) {
            String key = in.nextName();
            if (in.peek() != JsonToken.STRING) {
                throw new IllegalStateException("the note " + Findings.quote(key) + " is not a text");
            }
            if (metadata.put(key, in.nextString()) != null) {
                findings.add("the note %s stands there twice", Findings.quote(key));
            }
            if (metadata.size() > MOST_TENSORS) {
                throw new IllegalStateException("more than " + MOST_TENSORS + " notes");
            }
        }
        in.endObject();
    }

    /** One tensor's description, or null when it makes no sense. */
    private Entry readEntry(JsonReader in, String name) throws IOException {
        String dtype = null;
        long[] extents = null;
        long[] offsets = null;
        in.beginObject();
        while (in.hasNext()) {
            String key = in.nextName();
            boolean twice = false;
            switch (key) {
                case "dtype" -> {
                    twice = dtype != null;
                    dtype = in.peek() == JsonToken.STRING ? in.nextString() : notA("text", in, name, key);
                }
                case "shape" -> {
                    twice = extents != null;
                    extents = readWholeNumbers(in, name, key, HIGHEST_RANK);
                }
                case "data_offsets" -> {
                    twice = offsets != null;
                    offsets = readWholeNumbers(in, name, key, 2);
                }
                default -> throw new IllegalStateException(Findings.quote(name) + " has an unknown property " + Findings.quote(key));
            }
            if (twice) {
                findings.add("%s of %s stands there twice", key, Findings.quote(name));
            }
        }
        in.endObject();
        if (dtype == null || extents == null || offsets == null || offsets.length != 2) {
            findings.add("%s lacks dtype, shape or two data_offsets", Findings.quote(name));
            return null;
        }
        return check(name, dtype, extents, offsets);
    }

    private Entry check(String name, String dtype, long[] extents, long[] offsets) {
        Optional<Element> element = Element.named(dtype);
        if (element.isEmpty()) {
            findings.add("%s has elements of type %s, which is not read here", Findings.quote(name), Findings.quote(dtype));
            return null;
        }
        if (offsets[1] < offsets[0]) {
            findings.add("%s ends at %d, before it begins at %d", Findings.quote(name), offsets[1], offsets[0]);
            return null;
        }
        try {
            long size = 1;
            for (long extent : extents) {
                size = Math.multiplyExact(size, extent);
            }
            long bytes = Math.multiplyExact(size, (long) element.get().bytes());
            if (bytes != offsets[1] - offsets[0]) {
                findings.add("%s needs %d bytes for its shape, its offsets %d to %d give %d", Findings.quote(name), bytes, offsets[0],
                        offsets[1], offsets[1] - offsets[0]);
                return null;
            }
            if (size > Integer.MAX_VALUE - 8) {
                findings.add("%s has %d elements, more than an array holds", Findings.quote(name), size);
                return null;
            }
        } catch (ArithmeticException e) {
            findings.add("the shape of %s has more elements than 64 bits count", Findings.quote(name));
            return null;
        }
        return new Entry(name, element.get(), extents, offsets[0], offsets[1]);
    }

    private static long[] readWholeNumbers(JsonReader in, String name, String key, int most) throws IOException {
        List<Long> numbers = new ArrayList<>();
        in.beginArray();
        while (in.hasNext()) {
            if (numbers.size() == most) {
                throw new IllegalStateException(key + " of " + Findings.quote(name) + " has more than " + most + " numbers");
            }
            if (in.peek() != JsonToken.NUMBER) {
                notA("number", in, name, key);
            }
            String digits = in.nextString();
            if (!digits.matches("[0-9]{1,19}") || digits.length() == 19 && digits.compareTo("9223372036854775807") > 0) {
                throw new IllegalStateException(key + " of " + Findings.quote(name) + " holds " + Findings.quote(digits)
                        + ", not a whole number from 0 to 2^63-1");
            }
            numbers.add(Long.parseLong(digits));
        }
        in.endArray();
        return numbers.stream().mapToLong(Long::longValue).toArray();
    }

    private static String notA(String wanted, JsonReader in, String name, String key) throws IOException {
        throw new IllegalStateException(key + " of " + Findings.quote(name) + " holds a " + in.peek() + " where a " + wanted + " belongs");
    }

    private void requireExactCover(long dataLength) {
        if (!findings.none()) {
            return;                                          // offsets of half a list would only raise false alarms
        }
        long reached = 0;
        String last = "the start";
        for (Entry entry : entries()) {
            if (entry.begin() != reached) {
                findings.add(entry.begin() < reached ? "the data of %s overlaps that of %s (data offset %d)"
                        : "there is a hole in the data before %s, after %s (data offset %d)",
                        Findings.quote(entry.name()), last, Math.min(entry.begin(), reached));
            }
            reached = Math.max(reached, entry.end());
            last = Findings.quote(entry.name());
        }
        if (reached != dataLength) {
            findings.add("the tensors take %d bytes of data, the file holds %d", reached, dataLength);
        }
    }

    private static String firstLine(Exception e) {
        return Findings.printable(String.valueOf(e.getMessage()).lines().findFirst().orElse(e.getClass().getSimpleName()), LONGEST_REASON);
    }
}
