package org.llmsys.assembly.internal;

import java.io.IOException;
import java.util.Map;

/** Where selections are kept over restarts. A service of its own, so that the switchboard works where no such place is. */
public interface SelectionStore {

    /** The configuration that holds the selections: slot to name. */
    String PID = "org.llmsys.assembly";

    void write(Map<String, Object> properties) throws IOException;
}
