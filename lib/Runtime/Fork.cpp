//===- Fork.cpp - What a child of fork can do -----------------------------===//

#include "Fork.h"

#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace mlir::moe;

/// PF_FORKNOEXEC of Linux, the same in all its versions: forked, and no `exec`
/// since.
static constexpr unsigned long kForkedNotExecuted = 0x40;

bool mlir::moe::mayBeForked() {
  int file = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return true;
  char text[512];
  ssize_t size = read(file, text, sizeof(text) - 1);
  close(file);
  text[size > 0 ? size : 0] = 0;
  // "PID (NAME) STATE PPID PGRP SESSION TTY TPGID FLAGS ...", of any name.
  const char *at = strrchr(text, ')');
  for (int field = 0; at && field < 7; ++field)
    at = strchr(at + 1, ' ');
  unsigned long flags = at ? strtoul(at, nullptr, 10) : 0;
  // 0 is what systems say that do not know.
  return flags == 0 || (flags & kForkedNotExecuted);
}

bool mlir::moe::isFirstThread() { return syscall(SYS_gettid) == getpid(); }

namespace {
struct Call {
  void (*body)(void *);
  void *data;
};
} // namespace

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t change = PTHREAD_COND_INITIALIZER;
static bool isThere = false;
static Call *next = nullptr; // until it has been made

static void *serve(void *) {
  pthread_mutex_lock(&mutex);
  for (;;) {
    while (!next)
      pthread_cond_wait(&change, &mutex);
    Call call = *next;
    pthread_mutex_unlock(&mutex);
    call.body(call.data);
    pthread_mutex_lock(&mutex);
    next = nullptr;
    pthread_cond_broadcast(&change);
  }
}

/// The thread waits in this library, which must not be unloaded under it.
static void stayLoaded() {
  Dl_info info;
  if (dladdr(reinterpret_cast<void *>(serve), &info) && info.dli_fname)
    dlopen(info.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
}

static bool startOwnThread() {
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes))
    return false;
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_t thread;
  bool isStarted = !pthread_create(&thread, &attributes, serve, nullptr);
  pthread_attr_destroy(&attributes);
  if (isStarted)
    stayLoaded();
  return isStarted;
}

bool mlir::moe::callOnOwnThread(void (*body)(void *), void *data) {
  if (!isThere)
    isThere = startOwnThread();
  if (!isThere)
    return false;
  Call call = {body, data};
  pthread_mutex_lock(&mutex);
  next = &call;
  pthread_cond_broadcast(&change);
  while (next)
    pthread_cond_wait(&change, &mutex);
  pthread_mutex_unlock(&mutex);
  return true;
}

void mlir::moe::forgetOwnThread() {
  mutex = PTHREAD_MUTEX_INITIALIZER;
  change = PTHREAD_COND_INITIALIZER;
  isThere = false;
  next = nullptr;
}
