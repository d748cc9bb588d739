package org.llmsys.tokenizer.internal.bytepair;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;

import org.llmsys.assembly.Problem;
import org.llmsys.tokenizer.ByteLevelTokenizer;

/**
 * tiktoken's rank files: one token a line, its bytes in base 64, a blank, its rank. The file says neither how text is cut nor which
 * special tokens there are; both follow from the plan, which its size tells or the caller names.
 *
 * @see <a href="https://github.com/openai/tiktoken">tiktoken</a>
 */
public final class RankFile {

    /** More entries than any published vocabulary; a file that claims more is refused. */
    static final int MOST_TOKENS = 1 << 20;
    /** Longer than any published token; longer ones would make loading slow. */
    static final int LONGEST_TOKEN = 4096;

    /** Every token is cut at every place to find its merges; published files need a thousandth of this. */
    private static final long MOST_WORK = 1L << 32;

    private RankFile() {
    }

    /** Whether the file begins as a rank file does. */
    public static boolean looksLike(byte[] file) {
        String head = new String(file, 0, Math.min(file.length, 200), StandardCharsets.ISO_8859_1);
        return head.matches("[A-Za-z0-9+/]{2,100}={0,2} [0-9]{1,7}\\r?\\n(?s:.*)");
    }

    /** Reads a file whose number of ranks tells the plan; with 50,280 ranks it is taken for p50k_base. */
    public static ByteLevelTokenizer read(byte[] file) {
        List<byte[]> ranks = ranks(file);
        int count = (int) ranks.stream().filter(token -> token.length > 0).count();
        Plan plan = Plan.ofSize(count).orElseThrow(() -> damaged("it has " + count + " ranks, and no known plan has as many",
                "say which plan it belongs to"));
        return tokenizer(ranks, plan, plan.specials);
    }

    /**
     * Reads a file of the plan named, such as {@code cl100k_base}. A file with another number of ranks than the plan's is read
     * without special tokens.
     */
    public static ByteLevelTokenizer read(byte[] file, String planName) {
        Plan plan = Plan.named(planName);
        List<byte[]> ranks = ranks(file);
        boolean whole = ranks.stream().filter(token -> token.length > 0).count() == plan.ranks;
        return tokenizer(ranks, plan, whole ? plan.specials : Map.of());
    }

    private static ByteLevelTokenizer tokenizer(List<byte[]> ranks, Plan plan, Map<String, Integer> specials) {
        for (int rank = 0; rank < ranks.size(); rank++) {
            if (ranks.get(rank).length == 0 && !specials.containsValue(rank)) {
                throw damaged("rank " + rank + " is missing", "give the whole file");
            }
        }
        BytePairModel model = BytePairModel.ofRanks(ranks);
        for (int b = 0; b < 256; b++) {
            if (model.byteIds()[b] < 0) {
                throw damaged(String.format("it has no rank for the byte 0x%02X", b), "give the whole file");
            }
        }
        List<AddedToken> added = specials.entrySet().stream().map(entry -> new AddedToken(entry.getValue(), entry.getKey(), true)).toList();
        return new ByteBpeTokenizer(model, TextSettings.of(plan.cut), added);
    }

    /** The tokens by rank; ranks that are missing are empty. */
    private static List<byte[]> ranks(byte[] file) {
        List<byte[]> ranks = new ArrayList<>();
        long work = 0;
        int line = 0;
        for (int at = 0; at < file.length; line++) {
            int end = at;
            while (end < file.length && file[end] != '\n') {
                end++;
            }
            int blank = at;
            while (blank < end && file[blank] != ' ') {
                blank++;
            }
            if (blank < end) {
                byte[] token = token(file, at, blank, line);
                put(ranks, token, rank(file, blank + 1, end, line));
                work += (long) token.length * token.length;
                if (work > MOST_WORK) {
                    throw damaged("its tokens are much longer than those of any plan", "give a tiktoken rank file");
                }
            } else if (end > at) {
                throw damaged("line " + (line + 1) + " is not a token and a rank", "give a tiktoken rank file");
            }
            at = end + 1;
        }
        if (ranks.isEmpty()) {
            throw damaged("it has no ranks", "give a tiktoken rank file");
        }
        return ranks;
    }

    private static void put(List<byte[]> ranks, byte[] token, int rank) {
        while (ranks.size() <= rank) {
            ranks.add(new byte[0]);
        }
        if (ranks.get(rank).length > 0) {
            throw damaged("rank " + rank + " stands in it twice", "give the file as it was published");
        }
        ranks.set(rank, token);
    }

    private static byte[] token(byte[] file, int from, int to, int line) {
        try {
            byte[] token = Base64.getDecoder().decode(Arrays.copyOfRange(file, from, to));
            if (token.length > 0 && token.length <= LONGEST_TOKEN) {
                return token;
            }
        } catch (IllegalArgumentException notBase64) {
            // said below
        }
        throw damaged("line " + (line + 1) + " does not begin with a token of 1 to " + LONGEST_TOKEN + " bytes in base 64", "give a tiktoken rank file");
    }

    private static int rank(byte[] file, int from, int to, int line) {
        int end = to > from && file[to - 1] == '\r' ? to - 1 : to;
        String digits = new String(file, from, Math.min(end - from, 20), StandardCharsets.ISO_8859_1);
        if (!digits.isEmpty() && digits.length() <= 7 && digits.chars().allMatch(c -> c >= '0' && c <= '9') && Integer.parseInt(digits) < MOST_TOKENS) {
            return Integer.parseInt(digits);
        }
        throw damaged("line " + (line + 1) + " has \"" + digits + "\" for a rank; 0 to " + (MOST_TOKENS - 1) + " are possible", "give a tiktoken rank file");
    }

    private static Problem damaged(String why, String fix) {
        return Problem.failed("cannot read the rank file", why, fix);
    }
}
