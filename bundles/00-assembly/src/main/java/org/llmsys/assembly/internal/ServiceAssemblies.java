package org.llmsys.assembly.internal;

import java.io.IOException;
import java.util.Map;

import org.llmsys.assembly.Assemblies;
import org.llmsys.assembly.Assembly;
import org.llmsys.assembly.Blueprint;
import org.llmsys.assembly.StepListener;
import org.llmsys.assembly.StepRunner;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.FrameworkListener;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.AnyService;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/**
 * The switchboard of the workbench: one reference collects every service that fills a slot, whatever its interface. Choices are
 * kept in the configuration {@value SelectionStore#PID}. Immediate, because it remembers experiments and quarantines.
 */
@Component(service = Assemblies.class, immediate = true, configurationPid = SelectionStore.PID)
public final class ServiceAssemblies implements Assemblies {

    private final BundleContext context;
    private final Switchboard switchboard;
    private final DeclaredSlots declaredSlots;
    private final FrameworkListener onStarted;

    private final StoredSelections stored = new StoredSelections();
    /** Orders choices as they are stored. Never held by those who are told of a configuration. */
    private final Object storing = new Object();
    private volatile SelectionStore store;
    private boolean unstored;

    @Activate
    public ServiceAssemblies(BundleContext context, Map<String, Object> configuration) {
        this.context = context;
        switchboard = new Switchboard(Settings.read(context::getProperty));
        configured(configuration);
        declaredSlots = new DeclaredSlots(context, switchboard::declare);
        declaredSlots.open();
        onStarted = event -> {
            if (event.getType() == FrameworkEvent.STARTED) {
                switchboard.start();
            }
        };
        context.addFrameworkListener(onStarted);
        if (context.getBundle(Constants.SYSTEM_BUNDLE_ID).getState() == Bundle.ACTIVE) {
            switchboard.start();
        }
    }

    @Deactivate
    void deactivate() {
        context.removeFrameworkListener(onStarted);
        declaredSlots.close();
        switchboard.close();
    }

    /** The configuration was read, was changed by somebody, or tells us of our own change. */
    @Modified
    void configured(Map<String, Object> configuration) {
        Map<String, String> news = stored.news(configuration);
        if (news != null) {
            switchboard.select(news);
        }
    }

    // ---- providers -----------------------------------------------------------------------------------------------------------

    @Reference(name = "provider", service = AnyService.class, target = "(llmsys.slot=*)", cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY, updated = "changed", unbind = "left")
    void arrived(ServiceReference<?> reference) {
        switchboard.arrive(new Entry(ServiceSource.id(reference), new ServiceSource<>(context, reference)), ServiceSource.describe(reference));
    }

    void changed(ServiceReference<?> reference) {
        switchboard.change(ServiceSource.id(reference), ServiceSource.describe(reference));
    }

    /** On the thread of whoever stops the provider: returns when no step uses it any more. */
    void left(ServiceReference<?> reference) {
        switchboard.leave(ServiceSource.id(reference));
    }

    // ---- choices -------------------------------------------------------------------------------------------------------------

    @Reference(name = "store", cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY,
            unbind = "storeLeft")
    void storeArrived(SelectionStore arrived) {
        synchronized (storing) {
            store = arrived;
            if (unstored) {
                store();
            }
        }
    }

    void storeLeft(SelectionStore left) {
        if (store == left) {   // the next one may have come before this one goes
            store = null;
        }
    }

    @Override
    public String use(String slot, String name) {
        synchronized (storing) {
            String effect = switchboard.use(slot, name);
            return effect + store();
        }
    }

    /** Stores the selections; says so when that was not possible. */
    private String store() {
        SelectionStore now = store;
        unstored = now == null;
        if (now == null) {
            return "";
        }
        try {
            now.write(stored.toWrite(switchboard.current().selections()));
            return "";
        } catch (IOException | RuntimeException e) {
            unstored = true;
            return " (until the workbench ends: the choice could not be stored, " + e.getMessage() + ")";
        }
    }

    @Override
    public String experiment(String slot, String name) {
        return switchboard.experiment(slot, name);
    }

    @Override
    public void pardon(String slot, String name) {
        switchboard.pardon(slot, name);
    }

    // ---- use -----------------------------------------------------------------------------------------------------------------

    @Override
    public Assembly current() {
        return switchboard.current();
    }

    @Override
    public <P> StepRunner<P> runner(String owner, Blueprint<P> blueprint, StepListener listener) {
        return switchboard.runner(owner, blueprint, listener);
    }

    @Override
    public <T> Held<T> hold(Class<T> type, String name) {
        return switchboard.hold(type, name);
    }
}
