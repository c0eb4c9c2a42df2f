/**
 * @file corert_files.h - files that the host answers: archives, sandboxes. corert.h includes it.
 *
 * With corert_config.files every file that is opened for reading by its name is first asked for
 * here. What goes through the host:
 *  - module files of corert_module_load() (CORERT_FILE_USE_MODULE);
 *  - the files of the process' own program and libraries, read for names and lines by
 *    corert_stack_text() and reports of unhandled exceptions (CORERT_FILE_USE_SYMBOLS);
 *  - whatever managed code opens: File, FileStream, StreamReader, RandomAccess,
 *    MemoryMappedFile.CreateFromFile, File.Copy; also the class library itself, as for time zones
 *    (CORERT_FILE_USE_READ, CORERT_FILE_USE_WRITE);
 *  - questions of managed code about a name: File.Exists, Directory.Exists, FileInfo
 *    (CORERT_FILE_USE_STAT);
 *  - with corert_file_hooks.list, folders that managed code lists: Directory.GetFiles,
 *    DirectoryInfo.
 *
 * What does not: native libraries (corert_load_options.allow is asked), links, changes other than
 * through an opened file (delete, move, folders, attributes), the current folder, what the C library
 * reads for itself, files below /proc/self/fd, sockets, pipes and processes. So this alone is no
 * sandbox for code that is not trusted.
 *
 * Managed code asks with full paths, as Path.GetFullPath gives them: "data/a.txt" arrives as
 * "/current/folder/data/a.txt". Modules arrive as the host wrote them, the program and libraries as
 * the dynamic linker has them ("/proc/self/exe" is the program).
 */
#ifndef CORERT_FILES_H
#define CORERT_FILES_H

#include "corert.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What a file is wanted for. New ones may come. */
typedef enum corert_file_use {
    /** corert_module_load(): on its thread, before the engine takes any lock. */
    CORERT_FILE_USE_MODULE = 0,
    /** Names for a stack: on any thread, and in a signal handler if the host asks for texts there. */
    CORERT_FILE_USE_SYMBOLS = 1,
    /** Managed code opens it to read. */
    CORERT_FILE_USE_READ = 2,
    /** Managed code opens it to write, perhaps to make it. */
    CORERT_FILE_USE_WRITE = 3,
    /** Managed code asks whether it exists, how large and how old it is. */
    CORERT_FILE_USE_STAT = 4
} corert_file_use;

/** The host's answer. Managed code gets the exception that the system's like answer would give;
 *  corert_module_load() the status. */
typedef enum corert_file_answer {
    /** Not the host's: the system is asked. */
    CORERT_FILE_NOT_MINE = 0,
    /** A read-only file: `bytes` and `size` are its content. To WRITE: IOException (read-only file
     *  system). */
    CORERT_FILE_BYTES = 1,
    /** `descriptor` is an open file, which the engine or managed code closes. Any use. */
    CORERT_FILE_DESCRIPTOR = 2,
    /** A folder. To READ and WRITE: UnauthorizedAccessException; CORERT_E_IO. */
    CORERT_FILE_FOLDER = 3,
    /** There is none, whatever the system has: FileNotFoundException (DirectoryNotFoundException if
     *  its folder is missing too); CORERT_E_NOT_FOUND. */
    CORERT_FILE_MISSING = 4,
    /** UnauthorizedAccessException; CORERT_E_IO. */
    CORERT_FILE_DENIED = 5,
    /** It cannot be read; so are answers this version does not know: IOException; CORERT_E_IO. */
    CORERT_FILE_FAILED = 6
} corert_file_answer;

/** One file. The engine sets struct_size, zeroes the rest and makes the descriptor -1; the host fills
 *  in what its answer needs. */
typedef struct corert_file {
    /** sizeof(corert_file) of the library. */
    size_t struct_size;
    /** The whole content, owned by the host and unchanged until `release`. May be NULL for size 0 and
     *  for CORERT_FILE_USE_STAT. */
    const void *bytes;
    /** Bytes of it. */
    size_t size;
    /** When it was last written: nanoseconds since 1970, UTC. */
    int64_t modified_ns;
    /** For CORERT_FILE_DESCRIPTOR; becomes the engine's. */
    int descriptor;
    /** The host's own, for `release`. */
    void *host;
} corert_file;

/**
 * Takes a name of a folder that the host lists.
 *
 * @param list       As corert_file_hooks.list got it.
 * @param name       UTF-8 without '/', 1 to 255 bytes, copied; "." and "..", and what is no such
 *                   name, are left out.
 * @param is_folder  1: a folder; 0: a file.
 */
typedef void corert_file_add_fn(void *list, const char *name, int is_folder);

/** The host's files. Set struct_size and `open`. */
struct corert_file_hooks {
    /** sizeof(corert_file_hooks) as the host was compiled. Must be set. */
    size_t struct_size;
    /**
     * Asked for a file, on any thread, also concurrently. Must be set.
     *
     * Managed code's questions come outside managed code, as a host function's calls do: it may
     * block, and managed code stands still meanwhile only on that thread. It must not load modules
     * or shut down; for MODULE and SYMBOLS it must not call the engine at all. Managed code gets the
     * bytes as a file in memory: they are copied when it opens the file, once an open.
     * @param context  corert_config.context.
     * @param path     UTF-8, borrowed for the call.
     * @param use      What for.
     * @param out      To be filled in as the answer says.
     */
    corert_file_answer (*open)(void *context, const char *path, corert_file_use use,
                               corert_file *out);
    /** NULL, or called once after each CORERT_FILE_BYTES, when the bytes are not needed any more, on
     *  the same thread. Same rules. */
    void (*release)(void *context, corert_file *file);
    /**
     * NULL: folders are listed by the system; else asked when managed code begins to list one.
     *
     * Calls `add` for each name in it, in any order. A host that lists a folder should answer
     * CORERT_FILE_FOLDER for it in `open` too.
     * @param context  corert_config.context.
     * @param path     UTF-8, borrowed for the call.
     * @param add      To be called during the call only.
     * @param list     Its first argument.
     * @return CORERT_FILE_FOLDER: those were all names; CORERT_FILE_NOT_MINE: the system lists it, and
     *         names given are not used; CORERT_FILE_MISSING, CORERT_FILE_DENIED: as at `open`;
     *         anything else: IOException.
     */
    corert_file_answer (*list)(void *context, const char *path, corert_file_add_fn *add, void *list);
};

#ifdef __cplusplus
}
#endif

#endif
