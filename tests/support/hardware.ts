/** Wraps this browser's GPU to look like a hardware adapter. Records its devices, counts requests, and can be removed. */
export function hardware() {
  const devices: GPUDevice[] = [];
  let isThere = true;
  let requests = 0;
  const gpu = {
    wgslLanguageFeatures: navigator.gpu.wgslLanguageFeatures,
    getPreferredCanvasFormat: () => navigator.gpu.getPreferredCanvasFormat(),
    requestAdapter: async (options) => {
      requests++;
      const adapter = isThere ? await navigator.gpu.requestAdapter(options) : null;
      if (!adapter) return null;
      const { vendor, architecture, device, description } = adapter.info;
      const requestDevice = async (descriptor?: GPUDeviceDescriptor) => {
        const opened = await GPUAdapter.prototype.requestDevice.call(adapter, descriptor);
        devices.push(opened);
        return opened;
      };
      return Object.defineProperties(adapter, {
        info: { value: { vendor, architecture, device, description, isFallbackAdapter: false } },
        requestDevice: { value: requestDevice },
      });
    },
  } as GPU;
  const takeAway = () => {
    isThere = false;
    for (const device of devices) device.destroy();
  };
  return { gpu, devices, takeAway, requests: () => requests };
}
