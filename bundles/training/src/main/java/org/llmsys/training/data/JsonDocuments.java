package org.llmsys.training.data;

import java.io.IOException;
import java.io.StringReader;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;

import org.llmsys.assembly.Problem;

/** The documents of JSON lines: each line is an object, one of its fields the text. */
final class JsonDocuments extends DocumentStream {

    private static final int LONGEST_LINE = 1 << 26;

    private final CharacterStream characters;
    private final String name;
    private final CorpusSettings settings;
    private final StringBuilder buffer = new StringBuilder();
    private int scanned;
    private long line;
    private boolean ended;
    private String document = "";

    JsonDocuments(CharacterStream characters, String name, CorpusSettings settings) {
        this.characters = characters;
        this.name = name;
        this.settings = settings;
    }

    @Override
    Piece next() {
        while (document.isEmpty()) {
            String json = line();
            if (json == null) {
                return null;
            }
            String text = json.isBlank() ? "" : text(json);
            document = text.isBlank() ? "" : settings.cleaning().withLineEnds(text);
        }
        int length = document.length() > PIECE + PIECE / 2 ? cut(document, PIECE) : document.length();
        Piece piece = new Piece(document.substring(0, length), length == document.length());
        document = document.substring(length);
        return piece;
    }

    private String line() {
        while (true) {
            int end = buffer.indexOf("\n", scanned);
            if (end >= 0 || ended) {
                int length = end >= 0 ? end : buffer.length();
                if (end < 0 && length == 0) {
                    return null;
                }
                String text = buffer.substring(0, length);
                buffer.delete(0, Math.min(buffer.length(), length + 1));
                scanned = 0;
                line++;
                return text;
            }
            scanned = buffer.length();
            if (scanned > LONGEST_LINE) {
                throw damaged("it has more than " + LONGEST_LINE + " characters", null, 1);
            }
            ended = !characters.read(buffer);
        }
    }

    private String text(String json) {
        String text = null;
        try (JsonReader reader = new JsonReader(new StringReader(json))) {
            reader.setStrictness(Strictness.STRICT);
            reader.beginObject();
            while (reader.hasNext()) {
                if (reader.nextName().equals(settings.field()) && reader.peek() == JsonToken.STRING) {
                    text = reader.nextString();
                } else {
                    reader.skipValue();
                }
            }
            reader.endObject();
            if (reader.peek() != JsonToken.END_DOCUMENT) {
                throw new MalformedJsonException("something follows the object");
            }
        } catch (IOException | IllegalStateException e) {
            throw damaged("it is not one JSON object (" + String.valueOf(e.getMessage()).lines().findFirst().orElse("") + ")", e, 0);
        }
        if (text == null) {
            throw damaged("it has no text named \"" + settings.field() + "\"", null, 0);
        }
        return text;
    }

    private Problem damaged(String why, Exception cause, int ahead) {
        return new Problem("cannot read line " + (line + ahead) + " of " + name, why, "give JSON lines such as {\"" + settings.field()
                + "\": \"one document\"}, or name the field they have", Problem.FAILED, cause);
    }
}
