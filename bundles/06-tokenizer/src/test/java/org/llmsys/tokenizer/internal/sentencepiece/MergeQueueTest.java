package org.llmsys.tokenizer.internal.sentencepiece;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class MergeQueueTest {

    @Test
    @DisplayName("the queue for long runs gives pairs in the same order as the one for words, whenever they come")
    void sameOrder() {
        for (int seed = 0; seed < 50; seed++) {
            assertEquals(order(new MergeQueue(10), seed), order(new MergeQueue(1 << 20), seed));
        }
    }

    private static List<String> order(MergeQueue queue, int seed) {
        Random random = new Random(seed);
        List<String> order = new ArrayList<>();
        for (int step = 0; step < 400; step++) {
            queue.add(random.nextInt(5), random.nextInt(1000));
            if (step > 100 && random.nextInt(3) > 0) {
                order.add(queue.firstRank() + " " + queue.firstPlace());
                queue.removeFirst();
            }
        }
        while (!queue.isEmpty()) {
            order.add(queue.firstRank() + " " + queue.firstPlace());
            queue.removeFirst();
        }
        assertTrue(order.size() == 400);
        return order;
    }
}
