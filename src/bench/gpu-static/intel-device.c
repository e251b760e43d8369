// A library to preload: the process sees one Intel GPU (i915) that accepts everything and executes nothing, so that Mesa's
// driver compiles shaders on a machine without a GPU. $INTEL_DEVICE is the PCI id: 0x5916 is Kaby Lake GT2 (Gen9), 0x9a49
// Tiger Lake GT2 (Xe).
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <xf86drm.h>
#include <i915_drm.h>

#define NODE "/dev/dri/renderD128"

static unsigned chip(void) { const char *s = getenv("INTEL_DEVICE"); return s ? strtoul(s, 0, 0) : 0x9a49; }

// slices, subslices of each, execution units of each
static void shape(int *s, int *ss, int *eu) {
  unsigned id = chip();
  if ((id & 0xff00) == 0x9a00) { *s = 1; *ss = 6; *eu = 16; }
  else if ((id & 0xff00) == 0x8a00) { *s = 1; *ss = 8; *eu = 8; }
  else { *s = 1; *ss = 3; *eu = 8; }
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int memory = -1;                  // one sparse file holds every buffer object
static uint64_t top = 1 << 21;
static struct { uint64_t offset, size; } *objects;
static uint32_t object_count = 1, object_room;
static uint32_t other = 1;               // contexts, address spaces, sync objects
static uint64_t point = 1;

static int open_memory(void) {
  pthread_mutex_lock(&lock);
  if (memory < 0) { memory = memfd_create("intel-device", MFD_CLOEXEC); if (ftruncate(memory, 1ull << 45)) perror("intel-device: ftruncate"); }
  pthread_mutex_unlock(&lock);
  return fcntl(memory, F_DUPFD_CLOEXEC, 3);
}
static uint32_t new_object(uint64_t size, int backed) {
  pthread_mutex_lock(&lock);
  if (object_count >= object_room) objects = realloc(objects, (object_room = object_room * 2 + 64) * sizeof *objects);
  uint32_t h = object_count++;
  size = (size + 65535) & ~65535ull;
  objects[h].offset = top; objects[h].size = size;
  if (backed) top += size;
  pthread_mutex_unlock(&lock);
  return h;
}
static void free_object(uint32_t h) {
  if (h && h < object_count && memory >= 0) fallocate(memory, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, objects[h].offset, objects[h].size);
}

static int getparam(drm_i915_getparam_t *p) {
  int s, ss, eu; shape(&s, &ss, &eu);
  switch (p->param) {
    case I915_PARAM_CHIPSET_ID: *p->value = chip(); return 0;
    case I915_PARAM_REVISION: *p->value = 4; return 0;
    case I915_PARAM_CS_TIMESTAMP_FREQUENCY: *p->value = (chip() & 0xff00) == 0x9a00 ? 19200000 : 12000000; return 0;
    case I915_PARAM_HAS_ALIASING_PPGTT: *p->value = 3; return 0;
    case I915_PARAM_HAS_LLC: *p->value = 1; return 0;
    case I915_PARAM_CMD_PARSER_VERSION: *p->value = 10; return 0;
    case I915_PARAM_MMAP_VERSION: *p->value = 1; return 0;
    case I915_PARAM_MMAP_GTT_VERSION: *p->value = 4; return 0;
    case I915_PARAM_SLICE_MASK: *p->value = (1 << s) - 1; return 0;
    case I915_PARAM_SUBSLICE_MASK: *p->value = (1 << ss) - 1; return 0;
    case I915_PARAM_SUBSLICE_TOTAL: *p->value = s * ss; return 0;
    case I915_PARAM_EU_TOTAL: *p->value = s * ss * eu; return 0;
    case I915_PARAM_NUM_FENCES_AVAIL: *p->value = 32; return 0;
    case I915_PARAM_HAS_BSD: case I915_PARAM_HAS_VEBOX: case I915_PARAM_HAS_BSD2: case I915_PARAM_HUC_STATUS: *p->value = 0; return 0;
    case I915_PARAM_HAS_SCHEDULER: *p->value = 31; return 0;
    case I915_PARAM_PERF_REVISION: *p->value = 0; errno = EINVAL; return -1;
    case I915_PARAM_HAS_CONTEXT_ISOLATION: *p->value = 1; return 0;
    default: *p->value = 1; return 0;
  }
}

static int topology(struct drm_i915_query_item *item) {
  int s, ss, eu; shape(&s, &ss, &eu);
  int sb = (s + 7) / 8, ssb = (ss + 7) / 8, eub = (eu + 7) / 8;
  int need = sizeof(struct drm_i915_query_topology_info) + sb + s * ssb + s * ss * eub;
  if (!item->length) { item->length = need; return 0; }
  if (item->length < need) { item->length = -EINVAL; return 0; }
  struct drm_i915_query_topology_info *t = (void *)(uintptr_t)item->data_ptr;
  memset(t, 0, need);
  t->max_slices = s; t->max_subslices = ss; t->max_eus_per_subslice = eu;
  t->subslice_offset = sb; t->subslice_stride = ssb; t->eu_offset = sb + s * ssb; t->eu_stride = eub;
  for (int i = 0; i < s; i++) {
    t->data[i / 8] |= 1 << (i % 8);
    for (int j = 0; j < ss; j++) {
      t->data[sb + i * ssb + j / 8] |= 1 << (j % 8);
      for (int k = 0; k < eu; k++) t->data[t->eu_offset + (i * ss + j) * eub + k / 8] |= 1 << (k % 8);
    }
  }
  item->length = need;
  return 0;
}

static int query(struct drm_i915_query *q) {
  struct drm_i915_query_item *items = (void *)(uintptr_t)q->items_ptr;
  for (uint32_t i = 0; i < q->num_items; i++) {
    struct drm_i915_query_item *item = &items[i];
    if (item->query_id == DRM_I915_QUERY_TOPOLOGY_INFO || item->query_id == DRM_I915_QUERY_GEOMETRY_SUBSLICES) topology(item);
    else if (item->query_id == DRM_I915_QUERY_ENGINE_INFO) {
      int n = 2, need = sizeof(struct drm_i915_query_engine_info) + n * sizeof(struct drm_i915_engine_info);
      if (item->length) {
        struct drm_i915_query_engine_info *e = (void *)(uintptr_t)item->data_ptr;
        memset(e, 0, need); e->num_engines = n;
        e->engines[0].engine.engine_class = I915_ENGINE_CLASS_RENDER;
        e->engines[1].engine.engine_class = I915_ENGINE_CLASS_COPY;
      }
      item->length = need;
    } else if (item->query_id == DRM_I915_QUERY_MEMORY_REGIONS) {
      int n = 1, need = sizeof(struct drm_i915_query_memory_regions) + n * sizeof(struct drm_i915_memory_region_info);
      if (item->length) {
        struct drm_i915_query_memory_regions *m = (void *)(uintptr_t)item->data_ptr;
        memset(m, 0, need); m->num_regions = n;
        for (int r = 0; r < n; r++) {
          m->regions[r].region.memory_class = I915_MEMORY_CLASS_SYSTEM;
          m->regions[r].probed_size = 16ull << 30; m->regions[r].unallocated_size = 16ull << 30;
        }
      }
      item->length = need;
    } else item->length = -EINVAL;
  }
  return 0;
}

static void put(char *to, __kernel_size_t *room, const char *text) { if (to && *room) memcpy(to, text, *room < strlen(text) ? *room : strlen(text)); *room = strlen(text); }

static int handle(unsigned long request, void *arg) {
  unsigned n = _IOC_NR(request);
  switch (n) {
    case _IOC_NR(DRM_IOCTL_VERSION): {
      struct drm_version *v = arg; v->version_major = 1; v->version_minor = 6; v->version_patchlevel = 0;
      put(v->name, &v->name_len, "i915"); put(v->date, &v->date_len, "20201103"); put(v->desc, &v->desc_len, "Intel Graphics"); return 0;
    }
    case _IOC_NR(DRM_IOCTL_GET_CAP): {
      struct drm_get_cap *c = arg;
      c->value = c->capability == DRM_CAP_PRIME ? 3 : c->capability == DRM_CAP_SYNCOBJ || c->capability == DRM_CAP_SYNCOBJ_TIMELINE || c->capability == DRM_CAP_TIMESTAMP_MONOTONIC;
      return 0;
    }
    case _IOC_NR(DRM_IOCTL_GEM_CLOSE): free_object(((struct drm_gem_close *)arg)->handle); return 0;
    case _IOC_NR(DRM_IOCTL_PRIME_HANDLE_TO_FD): ((struct drm_prime_handle *)arg)->fd = open_memory(); return 0;
    case _IOC_NR(DRM_IOCTL_PRIME_FD_TO_HANDLE): ((struct drm_prime_handle *)arg)->handle = new_object(1 << 20, 1); return 0;
    case _IOC_NR(DRM_IOCTL_SYNCOBJ_CREATE): ((struct drm_syncobj_create *)arg)->handle = __sync_fetch_and_add(&other, 1); return 0;
    case _IOC_NR(DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD): ((struct drm_syncobj_handle *)arg)->fd = eventfd(1, EFD_CLOEXEC); return 0;
    case _IOC_NR(DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE): ((struct drm_syncobj_handle *)arg)->handle = __sync_fetch_and_add(&other, 1); return 0;
    case _IOC_NR(DRM_IOCTL_SYNCOBJ_WAIT): ((struct drm_syncobj_wait *)arg)->first_signaled = 0; return 0;
    case _IOC_NR(DRM_IOCTL_SYNCOBJ_TIMELINE_WAIT): ((struct drm_syncobj_timeline_wait *)arg)->first_signaled = 0; return 0;
    case _IOC_NR(DRM_IOCTL_SYNCOBJ_TIMELINE_SIGNAL): {
      struct drm_syncobj_timeline_array *a = arg; uint64_t *p = (void *)(uintptr_t)a->points;
      for (uint32_t i = 0; i < a->count_handles; i++) if (p[i] > point) point = p[i];
      return 0;
    }
    case _IOC_NR(DRM_IOCTL_SYNCOBJ_QUERY): {
      struct drm_syncobj_timeline_array *a = arg; uint64_t *p = (void *)(uintptr_t)a->points;
      for (uint32_t i = 0; i < a->count_handles; i++) p[i] = point;
      return 0;
    }
    case DRM_COMMAND_BASE + DRM_I915_GETPARAM: return getparam(arg);
    case DRM_COMMAND_BASE + DRM_I915_QUERY: return query(arg);
    case DRM_COMMAND_BASE + DRM_I915_GEM_CREATE: { struct drm_i915_gem_create *c = arg; c->handle = new_object(c->size, 1); return 0; }
    case DRM_COMMAND_BASE + DRM_I915_GEM_CREATE_EXT: { struct drm_i915_gem_create_ext *c = arg; c->handle = new_object(c->size, 1); return 0; }
    case DRM_COMMAND_BASE + DRM_I915_GEM_USERPTR: ((struct drm_i915_gem_userptr *)arg)->handle = new_object(0, 0); return 0;
    // GEM_MMAP and GEM_MMAP_OFFSET have different numbers; GEM_MMAP_GTT shares that of GEM_MMAP_OFFSET
    case DRM_COMMAND_BASE + DRM_I915_GEM_MMAP: {
      struct drm_i915_gem_mmap *m = arg;
      void *p = mmap(NULL, m->size, PROT_READ | PROT_WRITE, MAP_SHARED, memory, objects[m->handle].offset + m->offset);
      if (p == MAP_FAILED) return -1;
      m->addr_ptr = (uintptr_t)p; return 0;
    }
    case DRM_COMMAND_BASE + DRM_I915_GEM_MMAP_GTT: { struct drm_i915_gem_mmap_offset *m = arg; m->offset = objects[m->handle].offset; return 0; }
    case DRM_COMMAND_BASE + DRM_I915_GEM_CONTEXT_CREATE: ((struct drm_i915_gem_context_create *)arg)->ctx_id = __sync_fetch_and_add(&other, 1); return 0;
    case DRM_COMMAND_BASE + DRM_I915_GEM_CONTEXT_GETPARAM: {
      struct drm_i915_gem_context_param *p = arg; p->value = p->param == I915_CONTEXT_PARAM_GTT_SIZE ? 1ull << 48 : 0; return 0;
    }
    case DRM_COMMAND_BASE + DRM_I915_GEM_VM_CREATE: ((struct drm_i915_gem_vm_control *)arg)->vm_id = __sync_fetch_and_add(&other, 1); return 0;
    case DRM_COMMAND_BASE + DRM_I915_GEM_GET_APERTURE: { struct drm_i915_gem_get_aperture *a = arg; a->aper_size = a->aper_available_size = 1ull << 48; return 0; }
    case DRM_COMMAND_BASE + DRM_I915_GEM_BUSY: ((struct drm_i915_gem_busy *)arg)->busy = 0; return 0;
    case DRM_COMMAND_BASE + DRM_I915_GEM_GET_TILING: { struct drm_i915_gem_get_tiling *t = arg; t->tiling_mode = t->swizzle_mode = t->phys_swizzle_mode = 0; return 0; }
    case DRM_COMMAND_BASE + DRM_I915_GEM_MADVISE: ((struct drm_i915_gem_madvise *)arg)->retained = 1; return 0;
    case DRM_COMMAND_BASE + DRM_I915_GET_RESET_STATS: { struct drm_i915_reset_stats *r = arg; r->reset_count = r->batch_active = r->batch_pending = 0; return 0; }
    case DRM_COMMAND_BASE + DRM_I915_REG_READ: { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); ((struct drm_i915_reg_read *)arg)->val = t.tv_sec * 19200000ull + t.tv_nsec / 52; return 0; }
    case DRM_COMMAND_BASE + DRM_I915_PERF_OPEN: errno = EINVAL; return -1;
    default: return 0;   // EXECBUFFER2, GEM_WAIT, SET_DOMAIN, SET_CACHING, SETPARAM, ...
  }
}

int ioctl(int fd, unsigned long request, ...) {
  va_list l; va_start(l, request); void *arg = va_arg(l, void *); va_end(l);
  if (_IOC_TYPE(request) == DRM_IOCTL_BASE && _IOC_SIZE(request)) return handle(request, arg);
  return syscall(SYS_ioctl, fd, request, arg);
}

static int (*next_open(const char *name))() { return (int (*)())dlsym(RTLD_NEXT, name); }
#define OPEN(NAME) \
  int NAME(const char *path, int flags, ...) { \
    va_list l; va_start(l, flags); int mode = va_arg(l, int); va_end(l); \
    if (path && !strcmp(path, NODE)) return open_memory(); \
    return syscall(SYS_openat, AT_FDCWD, path, flags | (sizeof(long) == 8 ? 0 : O_LARGEFILE), mode); }
OPEN(open) OPEN(open64)

static int fill(struct stat *s) { memset(s, 0, sizeof *s); s->st_mode = S_IFCHR | 0666; s->st_rdev = makedev(226, 128); s->st_nlink = 1; return 0; }
int stat(const char *path, struct stat *s) { if (path && !strcmp(path, NODE)) return fill(s); return ((int (*)(const char *, struct stat *))next_open("stat"))(path, s); }
int stat64(const char *path, struct stat64 *s) { if (path && !strcmp(path, NODE)) return fill((struct stat *)s); return ((int (*)(const char *, struct stat64 *))next_open("stat64"))(path, s); }

static drmDevicePtr fake(void) {
  drmDevicePtr d = calloc(1, sizeof *d);
  d->nodes = calloc(DRM_NODE_MAX, sizeof *d->nodes);
  for (int i = 0; i < DRM_NODE_MAX; i++) d->nodes[i] = strdup(NODE);
  d->available_nodes = 1 << DRM_NODE_RENDER;
  d->bustype = DRM_BUS_PCI;
  d->businfo.pci = calloc(1, sizeof *d->businfo.pci); d->businfo.pci->dev = 2;
  d->deviceinfo.pci = calloc(1, sizeof *d->deviceinfo.pci);
  d->deviceinfo.pci->vendor_id = 0x8086; d->deviceinfo.pci->device_id = chip(); d->deviceinfo.pci->subvendor_id = 0x8086; d->deviceinfo.pci->revision_id = 4;
  return d;
}
int drmGetDevices2(uint32_t flags, drmDevicePtr devices[], int room) { if (devices && room) devices[0] = fake(); return 1; }
int drmGetDevices(drmDevicePtr devices[], int room) { return drmGetDevices2(0, devices, room); }
int drmGetDevice2(int fd, uint32_t flags, drmDevicePtr *d) { *d = fake(); return 0; }
int drmGetDevice(int fd, drmDevicePtr *d) { *d = fake(); return 0; }
void drmFreeDevice(drmDevicePtr *d) {
  if (!d || !*d) return;
  for (int i = 0; i < DRM_NODE_MAX; i++) free((*d)->nodes[i]);
  free((*d)->nodes); free((*d)->businfo.pci); free((*d)->deviceinfo.pci); free(*d); *d = NULL;
}
void drmFreeDevices(drmDevicePtr devices[], int n) { for (int i = 0; i < n; i++) drmFreeDevice(&devices[i]); }
