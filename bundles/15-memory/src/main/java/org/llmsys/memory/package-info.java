/**
 * What the native engine's memory layer gives Java: an allocator of storage outside the heap, batches that threads outside the virtual machine keep
 * ready, and the control of its HTTP server. All of it through the services of room 14, which has the library.
 *
 * <pre>
 *   slot allocator      rust                                  a TensorAllocator: 64-byte aligned, counted by owner, one limit for the whole engine
 *   service             {@link org.llmsys.memory.BatchPipelines}        shards on disk to (B,T) batches, prefetched
 *   service             {@link org.llmsys.memory.InferenceServers}      a model behind HTTP, started and stopped
 * </pre>
 *
 * <p>Axes: {@code B} batch, {@code T} sequence.
 */
@Export
@Version("0.1.0")
package org.llmsys.memory;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
