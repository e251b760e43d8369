// A Vulkan layer that lets a driver compile pipelines for a GPU that is not present: recording and submission do nothing,
// fences are signalled, and the statistics and machine code of each compute pipeline are written to
// $PIPELINE_FOLDER/NNNN.txt.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <vulkan/vk_layer.h>
#include <vulkan/vulkan.h>

static PFN_vkGetInstanceProcAddr next_instance_proc;
static PFN_vkGetDeviceProcAddr next_device_proc;
static PFN_vkCreateComputePipelines next_create_pipelines;
static PFN_vkGetPipelineExecutablePropertiesKHR get_executables;
static PFN_vkGetPipelineExecutableStatisticsKHR get_statistics;
static PFN_vkGetPipelineExecutableInternalRepresentationsKHR get_code;
static VkInstance the_instance;
static int pipeline_count;

static void nothing(void) {}
static VkResult success(void) { return VK_SUCCESS; }

static VkResult create_instance(const VkInstanceCreateInfo *info, const VkAllocationCallbacks *allocator,
                                VkInstance *instance) {
  VkLayerInstanceCreateInfo *link = (void *)info->pNext;
  while (link && !(link->sType == VK_STRUCTURE_TYPE_LOADER_INSTANCE_CREATE_INFO && link->function == VK_LAYER_LINK_INFO))
    link = (void *)link->pNext;
  if (!link) return VK_ERROR_INITIALIZATION_FAILED;
  next_instance_proc = link->u.pLayerInfo->pfnNextGetInstanceProcAddr;
  link->u.pLayerInfo = link->u.pLayerInfo->pNext;
  PFN_vkCreateInstance create = (PFN_vkCreateInstance)next_instance_proc(NULL, "vkCreateInstance");
  VkResult result = create(info, allocator, instance);
  the_instance = *instance;
  return result;
}

// Adds the extension that reports what the compiler did.
static VkResult create_device(VkPhysicalDevice gpu, const VkDeviceCreateInfo *info,
                              const VkAllocationCallbacks *allocator, VkDevice *device) {
  VkLayerDeviceCreateInfo *link = (void *)info->pNext;
  while (link && !(link->sType == VK_STRUCTURE_TYPE_LOADER_DEVICE_CREATE_INFO && link->function == VK_LAYER_LINK_INFO))
    link = (void *)link->pNext;
  if (!link) return VK_ERROR_INITIALIZATION_FAILED;
  next_device_proc = link->u.pLayerInfo->pfnNextGetDeviceProcAddr;
  PFN_vkGetInstanceProcAddr instance_proc = link->u.pLayerInfo->pfnNextGetInstanceProcAddr;
  link->u.pLayerInfo = link->u.pLayerInfo->pNext;
  VkDeviceCreateInfo extended = *info;
  const char **names = calloc(info->enabledExtensionCount + 1, sizeof *names);
  memcpy(names, info->ppEnabledExtensionNames, info->enabledExtensionCount * sizeof *names);
  names[extended.enabledExtensionCount++] = VK_KHR_PIPELINE_EXECUTABLE_PROPERTIES_EXTENSION_NAME;
  extended.ppEnabledExtensionNames = names;
  VkPhysicalDevicePipelineExecutablePropertiesFeaturesKHR feature = {
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PIPELINE_EXECUTABLE_PROPERTIES_FEATURES_KHR, (void *)extended.pNext, VK_TRUE};
  extended.pNext = &feature;
  VkResult result = ((PFN_vkCreateDevice)instance_proc(the_instance, "vkCreateDevice"))(gpu, &extended, allocator, device);
  free(names);
  if (result != VK_SUCCESS) return result;
  next_create_pipelines = (void *)next_device_proc(*device, "vkCreateComputePipelines");
  get_executables = (void *)next_device_proc(*device, "vkGetPipelineExecutablePropertiesKHR");
  get_statistics = (void *)next_device_proc(*device, "vkGetPipelineExecutableStatisticsKHR");
  get_code = (void *)next_device_proc(*device, "vkGetPipelineExecutableInternalRepresentationsKHR");
  return result;
}

static void write_executable(FILE *file, VkDevice device, VkPipeline pipeline, uint32_t index) {
  VkPipelineExecutableInfoKHR info = {VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_INFO_KHR, NULL, pipeline, index};
  uint32_t count = 0;
  get_statistics(device, &info, &count, NULL);
  VkPipelineExecutableStatisticKHR *statistics = calloc(count, sizeof *statistics);
  for (uint32_t i = 0; i < count; i++) statistics[i].sType = VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_STATISTIC_KHR;
  get_statistics(device, &info, &count, statistics);
  for (uint32_t i = 0; i < count; i++)
    fprintf(file, "%s: %llu\n", statistics[i].name, (unsigned long long)statistics[i].value.u64);
  free(statistics);
  count = 0;
  get_code(device, &info, &count, NULL);
  VkPipelineExecutableInternalRepresentationKHR *texts = calloc(count, sizeof *texts);
  for (uint32_t i = 0; i < count; i++)
    texts[i].sType = VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_INTERNAL_REPRESENTATION_KHR;
  get_code(device, &info, &count, texts);
  for (uint32_t i = 0; i < count; i++) texts[i].pData = calloc(1, texts[i].dataSize + 1);
  get_code(device, &info, &count, texts);
  for (uint32_t i = 0; i < count; i++) {
    if (texts[i].isText && strcasestr(texts[i].name, "Assembly"))
      fprintf(file, "\n== %s\n%s\n", texts[i].name, (char *)texts[i].pData);
    free(texts[i].pData);
  }
  free(texts);
}

static void report(VkDevice device, VkPipeline pipeline, long microseconds) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%04d.txt", getenv("PIPELINE_FOLDER"), pipeline_count++);
  FILE *file = fopen(path, "w");
  if (!file) return;
  fprintf(file, "Compile Microseconds: %ld\n", microseconds);
  VkPipelineInfoKHR info = {VK_STRUCTURE_TYPE_PIPELINE_INFO_KHR, NULL, pipeline};
  uint32_t count = 0;
  get_executables(device, &info, &count, NULL);
  VkPipelineExecutablePropertiesKHR *executables = calloc(count, sizeof *executables);
  for (uint32_t i = 0; i < count; i++) executables[i].sType = VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_PROPERTIES_KHR;
  get_executables(device, &info, &count, executables);
  for (uint32_t i = 0; i < count; i++) {
    fprintf(file, "Subgroup Size: %u\n", executables[i].subgroupSize);
    write_executable(file, device, pipeline, i);
  }
  free(executables);
  fclose(file);
}

// Processor time of this process, so that other work on the machine does not count.
static long processor_microseconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return time.tv_sec * 1000000L + time.tv_nsec / 1000;
}

static VkResult create_pipelines(VkDevice device, VkPipelineCache cache, uint32_t count,
                                 const VkComputePipelineCreateInfo *infos, const VkAllocationCallbacks *allocator,
                                 VkPipeline *pipelines) {
  (void)cache;
  for (uint32_t i = 0; i < count; i++) {
    VkComputePipelineCreateInfo info = infos[i];
    info.flags |= VK_PIPELINE_CREATE_CAPTURE_STATISTICS_BIT_KHR | VK_PIPELINE_CREATE_CAPTURE_INTERNAL_REPRESENTATIONS_BIT_KHR;
    long start = processor_microseconds();
    VkResult result = next_create_pipelines(device, VK_NULL_HANDLE, 1, &info, allocator, &pipelines[i]);
    if (result != VK_SUCCESS) return result;
    report(device, pipelines[i], processor_microseconds() - start);
  }
  return VK_SUCCESS;
}

static const char *const SUCCEEDING[] = {
    "vkBeginCommandBuffer", "vkEndCommandBuffer", "vkResetCommandBuffer", "vkResetCommandPool", "vkQueueSubmit",
    "vkQueueSubmit2",       "vkQueueSubmit2KHR",  "vkQueueWaitIdle",      "vkDeviceWaitIdle",   "vkWaitForFences",
    "vkGetFenceStatus",     "vkResetFences",      "vkGetQueryPoolResults"};

static PFN_vkVoidFunction replacement(const char *name) {
  if (!strncmp(name, "vkCmd", 5) || !strcmp(name, "vkDestroyCommandPool") || !strcmp(name, "vkFreeCommandBuffers"))
    return nothing;
  for (size_t i = 0; i < sizeof SUCCEEDING / sizeof *SUCCEEDING; i++)
    if (!strcmp(name, SUCCEEDING[i])) return (PFN_vkVoidFunction)success;
  return strcmp(name, "vkCreateComputePipelines") ? NULL : (PFN_vkVoidFunction)create_pipelines;
}

PFN_vkVoidFunction vkGetDeviceProcAddr(VkDevice device, const char *name) {
  if (!strcmp(name, "vkGetDeviceProcAddr")) return (PFN_vkVoidFunction)vkGetDeviceProcAddr;
  PFN_vkVoidFunction function = replacement(name);
  return function ? function : next_device_proc(device, name);
}

PFN_vkVoidFunction vkGetInstanceProcAddr(VkInstance instance, const char *name) {
  if (!strcmp(name, "vkGetInstanceProcAddr")) return (PFN_vkVoidFunction)vkGetInstanceProcAddr;
  if (!strcmp(name, "vkGetDeviceProcAddr")) return (PFN_vkVoidFunction)vkGetDeviceProcAddr;
  if (!strcmp(name, "vkCreateInstance")) return (PFN_vkVoidFunction)create_instance;
  if (!strcmp(name, "vkCreateDevice")) return (PFN_vkVoidFunction)create_device;
  PFN_vkVoidFunction function = replacement(name);
  if (function) return function;
  return next_instance_proc ? next_instance_proc(instance, name) : NULL;
}

VkResult vkNegotiateLoaderLayerInterfaceVersion(VkNegotiateLayerInterface *version) {
  version->loaderLayerInterfaceVersion = 2;
  version->pfnGetInstanceProcAddr = vkGetInstanceProcAddr;
  version->pfnGetDeviceProcAddr = vkGetDeviceProcAddr;
  version->pfnGetPhysicalDeviceProcAddr = NULL;
  return VK_SUCCESS;
}
