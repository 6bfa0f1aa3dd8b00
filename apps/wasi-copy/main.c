/* SPDX-License-Identifier: MIT
 *
 * An ordinary C program that copies the file $FROM to $TO.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static FILE *open_named(const char *variable, const char *mode) {
    const char *path = getenv(variable);
    FILE *file = path == NULL ? NULL : fopen(path, mode);
    if (file == NULL) {
        fprintf(stderr, "%s: %s\n", path == NULL ? variable : path, strerror(errno));
        exit(EXIT_FAILURE);
    }
    return file;
}

int main(void) {
    static char buffer[256];
    FILE *from = open_named("FROM", "rb"), *to = open_named("TO", "wb");
    size_t count, total = 0;
    while ((count = fread(buffer, 1, sizeof(buffer), from)) > 0) {
        total += fwrite(buffer, 1, count, to);
    }
    if (ferror(from) || fclose(to) != 0) {
        perror("copying");
        return EXIT_FAILURE;
    }
    printf("copied %zu bytes\n", total);
    return EXIT_SUCCESS;
}
