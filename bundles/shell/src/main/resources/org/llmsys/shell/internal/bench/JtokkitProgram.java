import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingRegistry;
import com.knuddels.jtokkit.api.EncodingType;
import com.knuddels.jtokkit.api.GptBytePairEncodingParams;

/**
 * The peer jtokkit: byte-level vocabularies, by their ranks and one expression. It speaks as protocol.py does. Where the ranks are those of
 * cl100k_base it takes its own cl100k_base, which cuts text without an expression and so is faster.
 */
public final class JtokkitProgram {

    private static final int THREADS = Integer.parseInt(System.getenv("OMP_NUM_THREADS"));

    private static final int CL100K_RANKS = 100_256;
    private static final String CL100K_DIGITS = "\\p{N}{1,3}";

    private final ExecutorService executor = THREADS == 1 ? null : Executors.newFixedThreadPool(THREADS);
    private Encoding encoding;
    private List<String> documents;
    private String way;

    public static void main(String[] args) throws IOException {
        System.out.println("ready jtokkit 1.1.0");
        JtokkitProgram program = new JtokkitProgram();
        BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = questions.readLine(); line != null; line = questions.readLine()) {
            String answer;
            try {
                answer = program.answer(line.split(" "));
            } catch (Exception e) {
                answer = "failed " + e.toString().replaceAll("\\s+", " ");
            }
            System.out.println(answer);
        }
        System.exit(0);
    }

    private String answer(String[] words) throws Exception {
        if (words[0].equals("run")) {
            int repetitions = Integer.parseInt(words[1]);
            long start = now(words[2]);
            for (int i = 0; i < repetitions; i++) {
                encodeAll();
            }
            return "seconds " + (now(words[2]) - start) / 1e9 / repetitions;
        }
        if (!words[1].equals("encode-byte-bpe")) {
            return "unknown";
        }
        Path folder = Path.of(URLDecoder.decode(words[2], StandardCharsets.UTF_8));
        if (!Files.exists(folder.resolve("ranks.tiktoken"))) {
            return "declined this vocabulary has no form that jtokkit reads: there is no ranks.tiktoken";
        }
        load(folder);
        String difference = difference(folder);
        return difference == null ? "ok " + way : "declined " + difference;
    }

    private static long now(String clock) {
        return switch (clock) {
            case "WALL" -> System.nanoTime();
            case "PROCESSOR" -> ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            default -> ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos();
        };
    }

    private void load(Path folder) throws IOException {
        Map<byte[], Integer> ranks = new HashMap<>();
        for (String line : Files.readAllLines(folder.resolve("ranks.tiktoken"))) {
            String[] cells = line.split(" ");
            ranks.put(Base64.getDecoder().decode(cells[0]), Integer.parseInt(cells[1]));
        }
        EncodingRegistry registry = Encodings.newLazyEncodingRegistry();
        String expression = Files.readString(folder.resolve("pattern.txt"));
        if (ranks.size() == CL100K_RANKS && expression.contains(CL100K_DIGITS)) {
            encoding = registry.getEncoding(EncodingType.CL100K_BASE);
            way = "its own cl100k_base";
        } else {
            Pattern pattern = Pattern.compile(expression, Pattern.UNICODE_CHARACTER_CLASS);
            String name = folder.toString();
            registry.registerGptBytePairEncoding(new GptBytePairEncodingParams(name, pattern, ranks, Map.of()));
            encoding = registry.getEncoding(name).orElseThrow();
            way = "ranks and an expression";
        }
        documents = new ArrayList<>();
        ByteBuffer texts = ByteBuffer.wrap(Files.readAllBytes(folder.resolve("texts.bin"))).order(ByteOrder.LITTLE_ENDIAN);
        while (texts.hasRemaining()) {
            byte[] utf8 = new byte[texts.getInt()];
            texts.get(utf8);
            documents.add(new String(utf8, StandardCharsets.UTF_8));
        }
    }

    /** Null when all ids are those expected. */
    private String difference(Path folder) throws IOException {
        ByteBuffer expected = ByteBuffer.wrap(Files.readAllBytes(folder.resolve("ids.bin"))).order(ByteOrder.LITTLE_ENDIAN);
        for (int document = 0; document < documents.size(); document++) {
            int[] wanted = new int[expected.getInt()];
            expected.asIntBuffer().get(wanted);
            expected.position(expected.position() + 4 * wanted.length);
            int[] ids = encoding.encodeOrdinary(documents.get(document)).toArray();
            int place = Arrays.mismatch(ids, wanted);
            if (place >= 0) {
                return "its ids are others: document " + document + ", place " + place + ": " + some(ids, place) + ", and ours " + some(wanted, place);
            }
        }
        return null;
    }

    private static String some(int[] ids, int place) {
        return Arrays.toString(Arrays.copyOfRange(ids, place, Math.min(ids.length, place + 5)));
    }

    private void encodeAll() throws Exception {
        AtomicInteger next = new AtomicInteger();
        if (executor == null) {
            encode(next);
            return;
        }
        List<Callable<Long>> parts = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
            parts.add(() -> encode(next));
        }
        for (var part : executor.invokeAll(parts)) {
            part.get();
        }
    }

    private long encode(AtomicInteger next) {
        long ids = 0;
        for (int i = next.getAndIncrement(); i < documents.size(); i = next.getAndIncrement()) {
            ids += encoding.encodeOrdinary(documents.get(i)).size();
        }
        return ids;
    }
}
