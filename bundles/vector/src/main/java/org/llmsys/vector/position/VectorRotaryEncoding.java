package org.llmsys.vector.position;

import org.llmsys.assembly.Needs;
import org.llmsys.assembly.Provider;
import org.llmsys.autograd.Gradients;
import org.llmsys.autograd.Parameters;
import org.llmsys.autograd.Pass;
import org.llmsys.autograd.Variable;
import org.llmsys.position.PositionalEncoding;
import org.llmsys.position.RotaryPairing;
import org.llmsys.tensor.Elements;
import org.llmsys.tensor.Tensor;
import org.llmsys.tensor.WorkerPool;
import org.llmsys.vector.arithmetic.Chunks;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Queries and keys turned by their positions, with cosines and sines that are taken once.
 *
 * <pre>
 *   y[d] = x[d] cos[t, d] + x[partner of d] sin[t, d]              sin negated where d is the first of its pair
 *   back: the same with -sin
 * </pre>
 *
 * <p>Two ideas. Cosines and sines depend on the position alone, so they are taken once ({@link AngleTable}) for all heads, layers and
 * passes, and lie there element by element in the order of the head, so both pairings are the same product; only where the partner is
 * found differs ({@link RowRotation}). Each element is computed in double and rounded once, as in the reference, so results are equal bit for bit.
 *
 * <p>Tensors in F64, and those off the heap, go through the same table one element at a time.
 *
 * @see <a href="https://arxiv.org/abs/2104.09864">Su et al. 2021, RoFormer: Enhanced Transformer with Rotary Position Embedding</a>
 */
@Component(property = "service.ranking:Integer=50")
@Provider(slot = "position", algorithm = "rope", name = "rope-vector", numerics = PositionalEncoding.TURNED_IN_DOUBLE,
        summary = "queries and keys turned with cosines and sines taken once", reference = "https://arxiv.org/abs/2104.09864")
public final class VectorRotaryEncoding implements PositionalEncoding {

    private final WorkerPool pool;

    @Activate
    public VectorRotaryEncoding(@Reference WorkerPool pool) {
        this.pool = pool;
    }

    @Override
    public PositionalLayer build(PositionSpec spec, Parameters parameters, Needs needs) {
        spec.requirePairs();
        return new Rotation(pool, spec.pairing(), spec.headDim(), AngleTable.of(spec));
    }

    private record Rotation(WorkerPool pool, RotaryPairing pairing, int headDim, AngleTable angles) implements PositionalLayer {

        @Override
        public Variable rotate(Variable heads, int start, Pass pass) {
            PositionSpec.requireHeads("position rope-vector", heads.shape(), headDim, start);
            Tensor turned = pass.blank(heads.shape());                                          // (B,NH,T,HS)
            turn(heads.value(), start, 1, turned, false);
            return pass.tape().record("position-rope", turned, (gradTurned, gradients) -> {
                if (gradients.wanted(heads)) {
                    Gradients.Target target = gradients.target(heads);
                    turn(gradTurned, start, -1, target.tensor(), target.accumulate());
                }
            }, heads);
        }

        private void turn(Tensor x, int start, int direction, Tensor y, boolean accumulate) {
            if (x.storage().floats() == null || y.storage().floats() == null) {
                turnEach(x, start, direction, y, accumulate);
                return;
            }
            Tensor from = x.stride(3) == 1 ? x : x.contiguous();
            int batch = x.shape().intExtent(0);
            int heads = x.shape().intExtent(1);
            int sequence = x.shape().intExtent(2);
            RowRotation rows = new RowRotation(pairing, headDim, from.storage().floats(), y.floats(), direction, accumulate);
            Chunks.run(pool, sequence, AngleTable.POSITIONS, (first, last) -> {                 // so few positions that their angles stay in cache
                for (int row = 0; row < batch * heads; row++) {
                    long xAt = from.offset() + row / heads * from.stride(0) + row % heads * from.stride(1);
                    int yAt = y.floatOffset() + row * sequence * headDim;
                    for (int t = first; t < last; t++) {
                        AngleTable.Block block = angles.block(start + (long) t);
                        rows.turn(Math.toIntExact(xAt + t * from.stride(2)), yAt + t * headDim, block, block.row(start + (long) t));
                    }
                }
            });
        }

        /** One element at a time, for any type. */
        private void turnEach(Tensor x, int start, int direction, Tensor y, boolean accumulate) {
            Elements from = x.contiguous().elements();
            Elements to = y.elements();
            int sequence = x.shape().intExtent(2);
            for (int i = 0; i < to.size(); i++) {
                long position = start + (long) (i / headDim % sequence);
                AngleTable.Block block = angles.block(position);
                int at = block.row(position) + i % headDim;
                int partner = i + (pairing == RotaryPairing.INTERLEAVED ? 1 - i % 2 * 2 : i % headDim < headDim / 2 ? headDim / 2 : -headDim / 2);
                to.set(i, (accumulate ? to.get(i) : 0) + (from.get(i) * block.cos()[at] + from.get(partner) * (direction * block.sin()[at])));
            }
        }
    }
}
