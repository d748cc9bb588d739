package org.llmsys.tokenizer.internal;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.llmsys.assembly.Problem;

/** Token to id and back: ids are the places in a list, from 0 to V-1. Immutable. */
public final class Vocabulary {

    private final List<String> tokens;
    private final Map<String, Integer> ids;

    /** @throws Problem when a token stands twice */
    public Vocabulary(List<String> tokens) {
        this.tokens = List.copyOf(tokens);
        this.ids = new HashMap<>(2 * tokens.size());
        for (int id = 0; id < tokens.size(); id++) {
            if (ids.put(tokens.get(id), id) != null) {
                throw Problem.failed("the vocabulary is damaged", "the token \"" + tokens.get(id) + "\" stands in it twice",
                        "give the tokenizer.json that belongs to the model");
            }
        }
    }

    public int size() {
        return tokens.size();
    }

    public List<String> tokens() {
        return tokens;
    }

    public Optional<Integer> id(String token) {
        return Optional.ofNullable(ids.get(token));
    }

    /** @throws Problem for an id outside the vocabulary */
    public String token(int id) {
        if (id < 0 || id >= tokens.size()) {
            throw Problem.failed("cannot decode the id " + id, "the vocabulary has ids 0 to " + (tokens.size() - 1),
                    "decode ids of this tokenizer only");
        }
        return tokens.get(id);
    }
}
