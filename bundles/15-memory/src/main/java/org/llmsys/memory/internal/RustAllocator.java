package org.llmsys.memory.internal;

import java.util.Hashtable;
import java.util.List;

import org.llmsys.assembly.Provider;
import org.llmsys.bindings.NativeMemory;
import org.llmsys.tensor.AllocationLedger;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Storage;
import org.llmsys.tensor.TensorAllocator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * Storage in the memory of the native engine, which its kernels read by address. It counts what Java asked for by owner; the engine counts the whole,
 * tensors of its own included, and holds it to one limit. What is never closed is freed when the bundle with the library stops.
 *
 * <p>Registered by hand, because its name says what the library has: {@code rust}, or {@code native} where it was built without cargo and
 * allocates in C++.
 */
@Component(service = {}, immediate = true)                            // keeps the counts while nobody holds it
public final class RustAllocator implements TensorAllocator {

    private final NativeMemory memory;
    private final AllocationLedger ledger = new AllocationLedger();
    private final ServiceRegistration<TensorAllocator> registration;

    @Activate
    public RustAllocator(BundleContext context, @Reference NativeMemory memory) {
        this.memory = memory;
        Hashtable<String, Object> properties = new Hashtable<>();
        properties.put(Provider.PREFIX_ + "slot", "allocator");
        properties.put(Provider.PREFIX_ + "algorithm", ALGORITHM);
        properties.put(Provider.PREFIX_ + "name", memory.language().equals("Rust") ? "rust" : "native");
        properties.put(Provider.PREFIX_ + "summary", "the native engine's allocator, in " + memory.language() + ": aligned, counted, limited");
        properties.put(Provider.PREFIX_ + "reference", "");
        registration = context == null ? null : context.registerService(TensorAllocator.class, this, properties);
    }

    @Deactivate
    void deactivate() {
        try {
            registration.unregister();
        } catch (IllegalStateException gone) {
            // the framework took it back already
        }
    }

    @Override
    public Storage allocate(DType dtype, long size, String owner) {
        return new BlockStorage(dtype, size, memory.allocate(dtype.bytes(size), owner), ledger.account(owner));
    }

    @Override
    public List<Usage> usage() {
        return ledger.usage();
    }
}
