package org.llmsys.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Storage;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.TensorAllocator;

class WorkspaceTest {

    private final TensorAllocator heap = TensorAllocator.heap();
    private final Workspace workspace = new Workspace("test");

    private Storage used(boolean completes, TensorAllocator from, long size) {
        try (Pass pass = Pass.inference(null, from, workspace)) {
            Tensor tensor = pass.zeros(size);
            assertEquals(0, tensor.get(0));
            tensor.set(Float.NaN, 0);
            if (completes) {
                pass.complete();
            }
            return tensor.storage();
        }
    }

    private long live(TensorAllocator allocator) {
        return allocator.usage().stream().mapToLong(TensorAllocator.Usage::liveBytes).sum();
    }

    @Test
    @DisplayName("a pass uses the memory of the one before, zeroed again")
    void again() {
        assertSame(used(true, heap, 13), used(true, heap, 13));
        assertEquals(13 * 4, live(heap));
    }

    @Test
    @DisplayName("what a pass used that did not complete is never lent again")
    void notAfterAFault() {
        assertNotSame(used(false, heap, 13), used(true, heap, 13));
        assertEquals(13 * 4, live(heap));
    }

    @Test
    @DisplayName("what a pass did not need goes back to the allocator")
    void unused() {
        used(true, heap, 207);
        used(true, heap, 13);
        assertEquals(13 * 4, live(heap));
    }

    @Test
    @DisplayName("another allocator takes over with the next pass, and the first gets all of its memory back")
    void anotherAllocator() {
        TensorAllocator other = TensorAllocator.heap();
        used(true, heap, 13);
        used(true, other, 13);
        assertEquals(0, live(heap));
        assertEquals(13 * 4, live(other));
    }

    @Test
    @DisplayName("parts that are passed share the memory of their intermediates; their results stay what they are, also where a hook keeps everything")
    void passing() {
        long[] bytes = new long[2];
        for (int hooked = 0; hooked < 2; hooked++) {
            Hooks hooks = (name, x, pass) -> x;
            TensorAllocator own = TensorAllocator.heap();
            try (Pass pass = Pass.inference(hooked == 0 ? null : hooks.on(null), own, new Workspace("test"))) {
                List<Tensor> results = new ArrayList<>();
                for (int part = 0; part < 5; part++) {
                    float number = part;
                    results.add(pass.passing(() -> {
                        Tensor intermediate = pass.zeros(207);
                        Tensor given = pass.blank(13);
                        pass.giveBack(given);
                        Tensor result = pass.zeros(13);                                 // where the one given back was
                        Arrays.fill(intermediate.storage().floats(), -1);
                        Arrays.fill(result.storage().floats(), number);
                        return Variable.constant("result", result);
                    }).value());
                }
                for (int part = 0; part < 5; part++) {
                    assertEquals(part, results.get(part).get(12));
                }
                bytes[hooked] = live(own);
            }
        }
        assertEquals((207 + 5 * 13) * 4, bytes[0]);
        assertEquals(5 * (207 + 13) * 4, bytes[1]);
    }

    @Test
    @DisplayName("closing gives everything back, before or after the pass closes")
    void close() {
        used(true, heap, 13);
        workspace.close();
        assertEquals(0, live(heap));
        used(true, heap, 13);
        assertEquals(0, live(heap));
    }

    @Test
    @DisplayName("given back in the middle of a pass, memory serves the same pass again")
    void within() {
        try (Pass pass = Pass.inference(null, heap, workspace)) {
            Tensor first = pass.blank(2, 3);
            pass.giveBack(first);
            assertSame(first.storage(), pass.blank(6).storage());
            assertEquals(6 * 4, live(heap));
        }
        assertEquals(0, live(heap));
    }

    @Test
    @DisplayName("a poisoned workspace fills blank tensors with NaN and zeroes the others; a pass in F64 gets doubles")
    void poisoned() {
        try (Pass pass = Pass.inference(null, heap, Workspace.poisoned("test", DType.F64))) {
            assertTrue(Double.isNaN(pass.blank(2).getDouble(1)));
            assertEquals(0, pass.zeros(2).getDouble(1));
            assertEquals(DType.F64, pass.zeros(2).dtype());
        }
    }
}
