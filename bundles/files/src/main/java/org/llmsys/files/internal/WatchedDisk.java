package org.llmsys.files.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

import org.llmsys.assembly.Job;
import org.llmsys.files.FileOperations;

/** A disk whose writing counts as the progress of a job, and ends when the job is cancelled: before the rename, so nothing is left. */
public record WatchedDisk(FileOperations disk, Job job) implements FileOperations {

    @Override
    public void createFolder(Path folder) throws IOException {
        disk.createFolder(folder);
    }

    @Override
    public FileChannel create(Path file) throws IOException {
        return disk.create(file);
    }

    @Override
    public void write(FileChannel file, ByteBuffer bytes) throws IOException {
        int before = bytes.remaining();
        disk.write(file, bytes);
        job.advance(job.progress().done() + before - bytes.remaining());
    }

    @Override
    public void force(FileChannel file) throws IOException {
        job.checkpoint();
        disk.force(file);
    }

    @Override
    public void forceFolder(Path folder) throws IOException {
        disk.forceFolder(folder);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        disk.rename(from, to);
    }

    @Override
    public void delete(Path path) throws IOException {
        disk.delete(path);
    }
}
