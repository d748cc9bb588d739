package org.llmsys.python.internal;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Need;
import org.llmsys.assembly.Problem;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;
import org.llmsys.matmul.MatmulKernel;
import org.llmsys.sampling.Sampler;
import org.llmsys.shell.Commands;
import org.llmsys.tensor.DType;
import org.llmsys.tensor.Shape;
import org.llmsys.tensor.Storage;
import org.llmsys.tensor.Tensor;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.startlevel.FrameworkStartLevel;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * Where a Python process comes in that holds this workbench. Its methods take and give types of the JDK only, because the bridge finds them by their
 * names; what they throw becomes an exception of Python.
 */
@Component(service = PythonDoor.class, property = "llmsys.door=python")
public final class PythonDoor {

    /** At which level the launcher starts Gogo, and which commands run scripts in it. */
    private static final int GOGO = 2;
    private static final Set<String> SCRIPTS = Set.of("exec", "shell");
    private static final String NAME = "[A-Za-z0-9._-]{1,96}";
    private static final long GOGO_SECONDS = 20;
    private static final long LEAVE_MILLIS = 5_000;

    private final BundleContext context;
    private final Commands commands;
    private final StepRunner<Need<MatmulKernel>> products;
    private final Panels panels = new Panels();
    private final Plugins plugins;
    private final Set<Execution> executions = ConcurrentHashMap.newKeySet();
    private final Map<String, ServiceRegistration<Sampler>> samplers = new ConcurrentHashMap<>();

    @Activate
    public PythonDoor(BundleContext context, @Reference Commands commands, @Reference Assemblies assemblies) {
        this.context = context;
        this.commands = commands;
        this.products = assemblies.runner("python", needs -> needs.add(MatmulKernel.class, MatmulKernel.ALGORITHM), StepListener.NONE);
        this.plugins = new Plugins(context);
    }

    @Deactivate
    void close() throws InterruptedException {
        executions.forEach(Execution::abandon);
        for (Execution execution : executions) {
            execution.join(LEAVE_MILLIS);
        }
        samplers.values().forEach(ServiceRegistration::unregister);
        products.close();
    }

    // ---- commands ---------------------------------------------------------------------------------------------------------------

    /** Starts a command line on a thread of its own. */
    public Execution start(String[] words) throws InterruptedException {
        if (words.length > 0 && SCRIPTS.contains(words[0])) {
            startGogo();
        }
        executions.removeIf(execution -> !execution.running());
        Execution execution = new Execution(commands, words);
        executions.add(execution);
        execution.start();
        return execution;
    }

    /** Few need it, so it starts when somebody does. */
    private void startGogo() throws InterruptedException {
        FrameworkStartLevel levels = context.getBundle(Constants.SYSTEM_BUNDLE_ID).adapt(FrameworkStartLevel.class);
        synchronized (plugins) {                                       // one starts it, others wait
            if (levels.getStartLevel() < GOGO) {
                CountDownLatch started = new CountDownLatch(1);
                levels.setStartLevel(GOGO, event -> started.countDown());
                if (!started.await(GOGO_SECONDS, TimeUnit.SECONDS)) {
                    throw Problem.failed("Gogo does not start", "its bundles did not start within " + GOGO_SECONDS + " s",
                            "run the commands one by one");
                }
            }
        }
    }

    // ---- products ---------------------------------------------------------------------------------------------------------------

    /**
     * C = A·B by whoever serves slot matmul, over memory of the host. Every operand is an address, extents and strides in elements; all of one rank,
     * the last two axes are matrices, all axes before them agree.
     *
     * @param operands three times: address of element 0, rank extents, rank strides
     */
    public void matmul(int rank, long[] operands) {
        Tensor a = tensor(rank, operands, 0);
        Tensor b = tensor(rank, operands, 1);
        Tensor c = tensor(rank, operands, 2);
        products.run((need, step) -> {                                 // a repetition writes all of C again
            product(step.get(need), a, b, c);
            return null;
        });
    }

    private void product(MatmulKernel kernel, Tensor a, Tensor b, Tensor c) {
        if (c.shape().rank() == 2) {
            panels.multiply(kernel, a, b, c);
            return;
        }
        for (long i = 0; i < c.shape().extent(0); i++) {
            product(kernel, a.select(0, i), b.select(0, i), c.select(0, i));
        }
    }

    /** A tensor over the host's memory: its lowest element is where the storage begins. */
    private static Tensor tensor(int rank, long[] operands, int index) {
        int at = index * (1 + 2 * rank);
        long[] extents = new long[rank];
        long[] strides = new long[rank];
        long low = 0;
        long high = 0;
        boolean empty = false;
        for (int axis = 0; axis < rank; axis++) {
            extents[axis] = operands[at + 1 + axis];
            strides[axis] = operands[at + 1 + rank + axis];
            empty |= extents[axis] == 0;
            long reach = Math.multiplyExact(extents[axis] - 1, strides[axis]);
            low += Math.min(0, reach);
            high += Math.max(0, reach);
        }
        long size = empty ? 0 : Math.addExact(high - low, 1);
        MemorySegment memory = MemorySegment.ofAddress(operands[at] + DType.F32.bytes(Math.abs(low)) * (low < 0 ? -1 : 1))
                .reinterpret(DType.F32.bytes(size));
        return new Tensor(Storage.over(DType.F32, size, memory), Shape.of(extents), strides, empty ? 0 : -low);
    }

    // ---- samplers ---------------------------------------------------------------------------------------------------------------

    /** The class whose method {@code call} the bridge brings. */
    public Class<?> samplerClass() {
        return PythonSampler.class;
    }

    /**
     * Offers a function as a sampler: algorithm and name are the same.
     *
     * @param function under which number the bridge knows it
     * @throws Problem when a sampler has this name
     */
    public void registerSampler(String name, String summary, long function) {
        synchronized (samplers) {
            if (!name.matches(NAME)) {
                throw Problem.misused("a sampler cannot be called " + name, "a name has letters, digits, . _ and -, 96 at most",
                        "choose another name");
            }
            if (offered(Sampler.class, "(llmsys.name=" + name + ")")) {
                throw Problem.misused("cannot register the sampler " + name, "there is one of this name already",
                        "unregister it first, or choose another name; services(\"sampler\") lists them");
            }
            samplers.put(name, context.registerService(Sampler.class, new PythonSampler(name, function), FrameworkUtil.asDictionary(Map.of(
                    "llmsys.slot", "sampler", "llmsys.algorithm", name, "llmsys.name", name, "llmsys.summary", summary,
                    Constants.SERVICE_RANKING, -100))));
        }
    }

    private boolean offered(Class<?> type, String filter) {
        try {
            return !context.getServiceReferences(type, filter).isEmpty();
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);                        // names were checked before
        }
    }

    /** Returns when no step uses it any more. */
    public void unregisterSampler(String name) {
        ServiceRegistration<Sampler> registration = samplers.remove(name);
        if (registration != null) {
            registration.unregister();
        }
    }

    // ---- plug-ins ---------------------------------------------------------------------------------------------------------------

    /** @return symbolic name, version, then slot and name of each provider it brought, with a space between them */
    public String[] install(String jar) {
        return plugins.install(Path.of(jar).toAbsolutePath()).toArray(String[]::new);
    }

    public void uninstall(String name) {
        plugins.uninstall(name);
    }
}
