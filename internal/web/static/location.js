// Compares the chosen province with the phone's position, on the phone. The position goes nowhere: it is
// compared with the boxes below, and forgotten. Boxes are generous, so this is a hint and no more.
"use strict";

// West, south, east and north of each province, in degrees.
const boxes = {
  11: [115.4, 39.4, 117.6, 41.1], 12: [116.7, 38.5, 118.1, 40.3], 13: [113.4, 36.0, 119.9, 42.7], 14: [110.2, 34.5, 114.6, 40.8],
  15: [97.1, 37.4, 126.1, 53.4], 21: [118.8, 38.7, 125.8, 43.5], 22: [121.6, 40.8, 131.4, 46.3], 23: [121.1, 43.4, 135.1, 53.6],
  31: [120.8, 30.6, 122.3, 31.9], 32: [116.3, 30.7, 122.0, 35.2], 33: [118.0, 27.0, 123.3, 31.2], 34: [114.8, 29.3, 119.7, 34.7],
  35: [115.8, 23.5, 120.8, 28.4], 36: [113.5, 24.4, 118.5, 30.1], 37: [114.7, 34.3, 122.8, 38.5], 41: [110.3, 31.3, 116.7, 36.4],
  42: [108.3, 29.0, 116.2, 33.3], 43: [108.7, 24.6, 114.3, 30.2], 44: [109.6, 20.2, 117.4, 25.6], 45: [104.4, 20.9, 112.1, 26.4],
  46: [108.5, 3.8, 117.9, 20.2], 50: [105.2, 28.1, 110.2, 32.3], 51: [97.3, 26.0, 108.6, 34.4], 52: [103.6, 24.6, 109.6, 29.3],
  53: [97.5, 21.1, 106.2, 29.3], 54: [78.3, 26.8, 99.2, 36.5], 61: [105.4, 31.7, 111.3, 39.6], 62: [92.3, 32.5, 108.8, 42.9],
  63: [89.3, 31.5, 103.1, 39.3], 64: [104.2, 35.2, 107.7, 39.4], 65: [73.4, 34.3, 96.4, 49.2], 71: [118.1, 21.8, 122.1, 26.5],
  81: [113.8, 22.1, 114.5, 22.6], 82: [113.5, 22.1, 113.7, 22.3],
};
const margin = 0.3; // degrees: positions in maps here may be shifted, and phones imprecise

function inside(code, longitude, latitude) {
  const [west, south, east, north] = boxes[code];
  return longitude > west - margin && longitude < east + margin && latitude > south - margin && latitude < north + margin;
}

const hint = document.querySelector("[data-location]");
if (hint && navigator.geolocation) {
  hint.hidden = false;
  const show = (which) => {
    for (const name of ["same", "differs", "unknown"]) hint.querySelector(`[data-${name}]`).hidden = name !== which;
  };
  hint.querySelector("button").addEventListener("click", () => {
    const chosen = document.querySelector("select[name=province]").value;
    navigator.geolocation.getCurrentPosition((position) => {
      const { longitude, latitude } = position.coords;
      const here = boxes[chosen]
        ? inside(chosen, longitude, latitude)
        : !Object.keys(boxes).some((code) => inside(code, longitude, latitude)); // another country was chosen
      show(here ? "same" : "differs");
    }, () => show("unknown"), { maximumAge: 600000, timeout: 20000 });
  });
}
