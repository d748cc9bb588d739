package org.llmsys.assembly.internal;

import org.llmsys.assembly.Candidate;
import org.llmsys.assembly.Provider;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;

/** A provider that is a service: its instance comes from the framework, its description from its service properties. */
record ServiceSource<S>(BundleContext context, ServiceReference<S> reference) implements Entry.Source {

    @Override
    public Object make() {
        return context.getService(reference);
    }

    @Override
    public void release() {
        try {
            context.ungetService(reference);
        } catch (IllegalStateException e) {
            // our own bundle has stopped: the framework gave the service back already
        }
    }

    @Override
    public boolean withdrawn() {
        return reference.getBundle() == null;
    }

    static long id(ServiceReference<?> reference) {
        return (Long) reference.getProperty(Constants.SERVICE_ID);
    }

    static Candidate describe(ServiceReference<?> reference) {
        Bundle bundle = reference.getBundle();
        String algorithm = property(reference, "algorithm");
        String name = property(reference, "name");
        return new Candidate(property(reference, "slot"), algorithm.isEmpty() ? name : algorithm, name.isEmpty() ? algorithm : name,
                property(reference, "numerics"), property(reference, "summary"), property(reference, "reference"),
                reference.getProperty(Constants.SERVICE_RANKING) instanceof Integer ranking ? ranking : 0, id(reference),
                bundle == null ? "" : bundle.getSymbolicName(), null);
    }

    private static String property(ServiceReference<?> reference, String element) {
        Object value = reference.getProperty(Provider.PREFIX_ + element);
        return value == null ? "" : value.toString();
    }
}
