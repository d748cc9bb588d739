package org.llmsys.shell.internal.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.Map;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PeerEnvironmentTest {

    @Test
    @DisplayName("a peer gets paths and its number of threads; what would choose other kernels or put its threads elsewhere is gone")
    void clean() {
        Map<String, String> environment = new HashMap<>(Map.of("PATH", "/bin", "LC_ALL", "C.UTF-8", "PYENV_ROOT", "/p",
                "OPENBLAS_CORETYPE", "Haswell",
                "OMP_NUM_THREADS", "1", "OMP_WAIT_POLICY", "PASSIVE", "GOMP_CPU_AFFINITY", "0", "ATEN_CPU_CAPABILITY", "default",
                "MKL_DYNAMIC", "TRUE",
                "LD_PRELOAD", "/slow.so"));
        PeerEnvironment.clean(environment, 2);
        assertEquals(Map.of("PATH", "/bin", "LC_ALL", "C.UTF-8", "PYENV_ROOT", "/p", "OMP_NUM_THREADS", "2",
                "OPENBLAS_NUM_THREADS", "2", "MKL_NUM_THREADS", "2",
                "VECLIB_MAXIMUM_THREADS", "2"), environment);
    }
}
