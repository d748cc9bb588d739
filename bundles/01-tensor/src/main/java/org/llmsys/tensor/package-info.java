/**
 * Phase 01: numbers in rows. A {@link org.llmsys.tensor.Tensor} is an N-dimensional view (shape, strides, offset) of a
 * {@link org.llmsys.tensor.Storage}; storage comes from a {@link org.llmsys.tensor.TensorAllocator}.
 *
 * <pre>
 *   element (i_0, ..., i_n) stands at  offset + i_0*strides_0 + ... + i_n*strides_n
 * </pre>
 *
 * <p>Axes in this house: {@code B} batch, {@code T} sequence, {@code C} embedding dim, {@code NH} heads, {@code HS} head dim,
 * {@code F} hidden dim of the feed-forward network, {@code V} vocabulary, {@code L} layers. Row-major: the last axis is contiguous.
 *
 * <p>Types of elements: F32 to work in, F64 for references, I32 and I64 for ids, F16 and BF16 for half the memory, and the block types
 * Q8_0 and Q4_0 for weights ({@link org.llmsys.tensor.DType}, {@link org.llmsys.tensor.BlockFormat}).
 *
 * <p>The methods of {@code Tensor} are the scalar reference: views without copies, functions of elements with broadcasting, reductions,
 * gather, concat and split. References of other rooms loop over {@link org.llmsys.tensor.Elements}. What a layer does in each step it asks
 * an {@link org.llmsys.tensor.ElementwiseKernel} for.
 *
 * <p>Providers here: the allocators {@code heap} (Java arrays, the default), {@code arena} (off-heap memory) and {@code mapped} (files as
 * memory, also as {@link org.llmsys.tensor.FileMapping}); the elementwise kernel {@code scalar}.
 *
 * <p>Besides: the {@link org.llmsys.tensor.WorkerPool} that every parallel kernel shares, and {@link org.llmsys.tensor.RandomStream},
 * random numbers that are functions of seed and place.
 */
@Export
@Version("0.1.0")
package org.llmsys.tensor;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
