// Looks for QR codes in the picture of the camera: with the browser's own reader where it has one, and with
// the one that comes with this page where it doesn't.

const pause = 80;    // ms between two looks
const gone = 700;    // a code that was away for so long is a new one
const settle = 1200; // a phone renews its code: a different one right after the last is the same person
const widest = 960;  // pixels that the page's own reader looks at

// watch calls found with the text of each code that appears. It returns an object whose stop ends it.
export async function watch(video, { reader, readerWasm }, found) {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: false, video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } } });
  let running = true, timer, lock;
  const stop = () => {
    running = false;
    clearTimeout(timer);
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
    lock?.release();
  };
  try {
    video.srcObject = stream;
    await video.play();
    const read = await ownReader() ?? await loadedReader(reader, readerWasm);
    lock = await navigator.wakeLock?.request("screen").catch(() => null);
    let last = "", seen = -Infinity, taken = -Infinity;
    const look = async () => {
      const text = await read(video).catch(() => "");
      if (!running) return;
      const now = performance.now();
      if (text) {
        if ((text !== last || now - seen > gone) && now - taken > settle) {
          last = text;
          taken = now;
          found(text);
        }
        seen = now;
      }
      timer = setTimeout(look, pause);
    };
    look();
  } catch (cause) {
    stop();
    throw cause;
  }
  return { stop };
}

async function ownReader() {
  if (!("BarcodeDetector" in window)) return null;
  const formats = await BarcodeDetector.getSupportedFormats().catch(() => []);
  if (!formats.includes("qr_code")) return null;
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  return async (video) => (await detector.detect(video))[0]?.rawValue ?? "";
}

async function loadedReader(script, wasm) {
  if (!window.ZXingWASM) {
    await new Promise((done, failed) => {
      const element = Object.assign(document.createElement("script"), { src: script, onload: done, onerror: failed });
      document.head.append(element);
    });
  }
  await ZXingWASM.prepareZXingModule({ overrides: { locateFile: () => wasm }, fireImmediately: true });
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return async (video) => {
    if (!video.videoWidth) return "";
    const scale = Math.min(1, widest / video.videoWidth);
    canvas.width = video.videoWidth * scale;
    canvas.height = video.videoHeight * scale;
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    const frame = context.getImageData(0, 0, canvas.width, canvas.height);
    const codes = await ZXingWASM.readBarcodes(frame, { formats: ["QRCode"], maxNumberOfSymbols: 1 });
    return codes.find((code) => code.isValid)?.text ?? "";
  };
}
