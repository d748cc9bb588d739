package org.llmsys.vector.position;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Problem;
import org.llmsys.autograd.Trial;
import org.llmsys.autograd.Variable;
import org.llmsys.position.PositionalEncoding;
import org.llmsys.position.PositionalEncoding.PositionSpec;
import org.llmsys.position.PositionalEncoding.PositionalLayer;
import org.llmsys.position.RotaryPairing;
import org.llmsys.position.RotaryScaling;
import org.llmsys.position.internal.RotaryPositionalEncoding;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.vector.Numbers;

/** The conformance kit holds it to the formula; here it stands beside the reference, in widths around every register there is. */
class VectorRotaryEncodingTest {

    private final Trial trial = new Trial(Assemblies.of());

    @ParameterizedTest
    @EnumSource
    @DisplayName("every even width from 2 to 70 gives the reference's bits, from the start and across blocks of angles")
    void widths(RotaryPairing pairing) {
        for (int width = 2; width <= 70; width += 2) {
            PositionSpec spec = spec(width, pairing);
            Variable heads = Variable.constant("heads", Numbers.even(width, 2, 2, 5, 3, width).transpose(1,
                    2));         // (B,NH,T,HS) inside (B,T,NH·HS)
            for (int start : new int[] {0, AngleTable.POSITIONS - 2, 98, 5_000}) {
                trial.infer(needs -> new Pair(new RotaryPositionalEncoding().build(spec, null, needs), vector(WorkerPool.SERIAL).build(spec,
                        null, needs)),
                        (pair, pass) -> Numbers.assertSameBits(pair.reference.rotate(heads, start, pass).value().copy(),
                                pair.vector.rotate(heads, start, pass).value().copy()));
            }
        }
    }

    private record Pair(PositionalLayer reference, PositionalLayer vector) {
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("1, 2 and 4 threads give the same bits over several blocks")
    void anyNumberOfThreads(RotaryPairing pairing) {
        Variable heads = Variable.constant("heads", Numbers.even(1, 2, 2, 3, 150, 20));
        Tensor[] expected = new Tensor[1];
        for (int threads : new int[] {1, 2, 4}) {
            try (WorkerPool pool = WorkerPool.of(threads)) {
                trial.infer(needs -> vector(pool).build(spec(20, pairing), null, needs), (layer, pass) -> {
                    Tensor turned = layer.rotate(heads, 13, pass).value().copy();
                    expected[0] = expected[0] == null ? turned : expected[0];
                    Numbers.assertSameBits(expected[0], turned);
                });
            }
        }
    }

    @Test
    @DisplayName("angles of the context are taken once; beyond it they are right, and not kept")
    void table() {
        AngleTable table = AngleTable.of(spec(4, RotaryPairing.HALF_SPLIT));
        AngleTable.Block block = table.block(99);
        assertSame(block, table.block(96));
        assertSame(block, table.block(127));
        assertNotSame(block, table.block(128));
        assertNotSame(table.block(1_000_000), table.block(1_000_000));
        AngleTable.Block far = table.block(3_000_000_001L);
        assertEquals(Math.cos(3_000_000_001.0), far.cos()[far.row(3_000_000_001L)]);
        assertEquals(-Math.sin(3_000_000_001.0), far.sin()[far.row(3_000_000_001L)]);
    }

    @Test
    @DisplayName("odd heads are refused when the layer is built")
    void refuses() {
        assertThrows(Problem.class, () -> vector(WorkerPool.SERIAL).build(spec(5, RotaryPairing.INTERLEAVED), null, null));
    }

    private static PositionalEncoding vector(WorkerPool pool) {
        return new VectorRotaryEncoding(pool);
    }

    private static PositionSpec spec(int headDim, RotaryPairing pairing) {
        return new PositionSpec(128, headDim, headDim, 10_000, "wpe.weight", pairing, RotaryScaling.NONE);
    }
}
