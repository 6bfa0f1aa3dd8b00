/* SPDX-License-Identifier: MIT
 *
 * An ordinary C program: output, heap, environment, clocks, and waiting, all by the C library.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static long long now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

int main(int argc, char **argv) {
    enum { SIZE = 64 };
    char *text = malloc(SIZE);
    const char *name = getenv("NAME");
    if (text == NULL) {
        return EXIT_FAILURE;
    }
    snprintf(text, SIZE, "Hello %s, from %s", name == NULL ? "you" : name, argc > 0 ? argv[0] : "C");
    puts(text);
    free(text);

    long long start = now_ms();
    nanosleep(&(struct timespec){.tv_nsec = 20 * 1000 * 1000}, NULL);
    printf("%.2f s were not too short: %d\n", 0.02, now_ms() - start >= 20);
    fprintf(stderr, "and that is all\n");
    return 3;
}
