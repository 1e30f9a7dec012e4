/* Takes the place of zig's writev, so that what is printed line by line is told line by line: WASI's adapter
 * writes the first piece alone, and a line in pieces mixes with what other runs print. The linker takes this one
 * if it comes first. */

#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

ssize_t writev(int file, const struct iovec *pieces, int count) {
    static char line[8192];
    size_t size = 0;
    int taken = 0;
    for (; taken < count && pieces[taken].iov_len <= sizeof line - size; taken++) {
        if (pieces[taken].iov_len)
            memcpy(line + size, pieces[taken].iov_base, pieces[taken].iov_len);
        size += pieces[taken].iov_len;
    }
    /* Whoever called goes on with what is left. */
    return taken ? write(file, line, size) : write(file, pieces->iov_base, pieces->iov_len);
}
