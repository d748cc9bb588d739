package org.llmsys.assembly.internal;

import java.io.IOException;
import java.util.Hashtable;
import java.util.Map;

import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Keeps selections in the framework's configuration service. */
@Component(service = SelectionStore.class)
public final class ConfigurationStore implements SelectionStore {

    private final ConfigurationAdmin configurations;

    @Activate
    public ConfigurationStore(@Reference ConfigurationAdmin configurations) {
        this.configurations = configurations;
    }

    @Override
    public void write(Map<String, Object> properties) throws IOException {
        configurations.getConfiguration(PID, "?").update(new Hashtable<>(properties));   // "?": any bundle may read it
    }
}
