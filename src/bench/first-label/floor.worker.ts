postMessage('none');
