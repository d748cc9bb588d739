package org.llmsys.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** A disk that fails once, at the n-th thing it is asked for. */
public final class FailingDisk implements FileOperations {

    private int left;
    private boolean failed;

    public FailingDisk(int n) {
        left = n;
    }

    /** Whether it came to the n-th. */
    public boolean failed() {
        return failed;
    }

    private void count() throws IOException {
        if (--left == 0) {
            failed = true;
            throw new IOException("no space left on device");
        }
    }

    @Override
    public void createFolder(Path folder) throws IOException {
        count();
        FileOperations.super.createFolder(folder);
    }

    @Override
    public FileChannel create(Path file) throws IOException {
        count();
        return FileOperations.super.create(file);
    }

    @Override
    public void write(FileChannel file, ByteBuffer bytes) throws IOException {
        count();
        FileOperations.super.write(file, bytes);
    }

    @Override
    public void force(FileChannel file) throws IOException {
        count();
        FileOperations.super.force(file);
    }

    @Override
    public void forceFolder(Path folder) throws IOException {
        count();
        FileOperations.super.forceFolder(folder);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        count();
        FileOperations.super.rename(from, to);
    }

    @Override
    public void delete(Path path) throws IOException {
        count();
        FileOperations.super.delete(path);
    }
}
