/**
 * Import it first of all. Node waits for files on four threads (libuv, https://docs.libuv.org/en/v1.x/threadpool.html): four syncs that wait
 * for a disk, and nothing is read any more. The number is read when the first of them is needed, so it can be said here; who has set it
 * in the environment knows better. Threads that wait cost nothing.
 */
process.env['UV_THREADPOOL_SIZE'] ??= '16';
