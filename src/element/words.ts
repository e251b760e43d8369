/** The text of the element's interface in one language. */
export interface Words {
  /** Accessible name of the element. */
  readonly name: string;
  readonly image: string;
  readonly video: string;
  readonly camera: string;
  readonly dropHere: string;
  readonly chooseFile: string;
  readonly startCamera: string;
  readonly play: string;
  readonly stop: string;
  readonly retry: string;
  readonly loading: string;
  readonly unsure: string;
  /** Announcement for screen readers. */
  readonly looksLike: (label: string) => string;
  readonly modelFailed: string;
  readonly sourceFailed: string;
  readonly cameraFailed: string;
  readonly videoFailed: string;
  readonly cameraStopped: string;
  readonly classifierStopped: string;
  readonly misconfigured: string;
}

const LANGUAGES: Readonly<Record<string, Words>> = {
  en: {
    name: 'Image classifier',
    image: 'Image',
    video: 'Video',
    camera: 'Camera',
    dropHere: 'Drop an image or video here',
    chooseFile: 'Choose a file',
    startCamera: 'Start the camera',
    play: 'Play',
    stop: 'Stop',
    retry: 'Try again',
    loading: 'Loading the model',
    unsure: 'Not sure',
    looksLike: (label) => `Looks like: ${label}`,
    modelFailed: 'The model could not be loaded.',
    sourceFailed: 'The image or video could not be opened.',
    cameraFailed: 'The camera could not be started. Allow this page to use it, and close other apps that do.',
    videoFailed: 'The video could not be played.',
    cameraStopped: 'The camera has stopped.',
    classifierStopped: 'The classifier has stopped.',
    misconfigured: 'This classifier is not set up correctly.',
  },
  de: {
    name: 'Bilderkennung',
    image: 'Bild',
    video: 'Video',
    camera: 'Kamera',
    dropHere: 'Bild oder Video hierher ziehen',
    chooseFile: 'Datei auswählen',
    startCamera: 'Kamera starten',
    play: 'Abspielen',
    stop: 'Anhalten',
    retry: 'Erneut versuchen',
    loading: 'Das Modell wird geladen',
    unsure: 'Nicht sicher',
    looksLike: (label) => `Sieht aus wie: ${label}`,
    modelFailed: 'Das Modell konnte nicht geladen werden.',
    sourceFailed: 'Das Bild oder Video konnte nicht geöffnet werden.',
    cameraFailed:
      'Die Kamera konnte nicht gestartet werden. Erlauben Sie dieser Seite den Zugriff und schließen Sie andere Apps, die sie verwenden.',
    videoFailed: 'Das Video konnte nicht abgespielt werden.',
    cameraStopped: 'Die Kamera wurde beendet.',
    classifierStopped: 'Die Bilderkennung wurde beendet.',
    misconfigured: 'Diese Bilderkennung ist nicht richtig eingerichtet.',
  },
  fr: {
    name: 'Reconnaissance d’images',
    image: 'Image',
    video: 'Vidéo',
    camera: 'Caméra',
    dropHere: 'Déposez une image ou une vidéo ici',
    chooseFile: 'Choisir un fichier',
    startCamera: 'Démarrer la caméra',
    play: 'Lire',
    stop: 'Arrêter',
    retry: 'Réessayer',
    loading: 'Chargement du modèle',
    unsure: 'Résultat incertain',
    looksLike: (label) => `On dirait : ${label}`,
    modelFailed: 'Le modèle n’a pas pu être chargé.',
    sourceFailed: 'L’image ou la vidéo n’a pas pu être ouverte.',
    cameraFailed:
      'La caméra n’a pas pu démarrer. Autorisez cette page à l’utiliser et fermez les autres applications qui l’utilisent.',
    videoFailed: 'La vidéo n’a pas pu être lue.',
    cameraStopped: 'La caméra s’est arrêtée.',
    classifierStopped: 'La reconnaissance s’est arrêtée.',
    misconfigured: 'Cette reconnaissance d’images n’est pas configurée correctement.',
  },
  es: {
    name: 'Reconocimiento de imágenes',
    image: 'Imagen',
    video: 'Vídeo',
    camera: 'Cámara',
    dropHere: 'Suelta aquí una imagen o un vídeo',
    chooseFile: 'Elegir un archivo',
    startCamera: 'Iniciar la cámara',
    play: 'Reproducir',
    stop: 'Detener',
    retry: 'Reintentar',
    loading: 'Cargando el modelo',
    unsure: 'Resultado dudoso',
    looksLike: (label) => `Parece: ${label}`,
    modelFailed: 'No se pudo cargar el modelo.',
    sourceFailed: 'No se pudo abrir la imagen o el vídeo.',
    cameraFailed:
      'No se pudo iniciar la cámara. Permite que esta página la use y cierra las demás aplicaciones que la usen.',
    videoFailed: 'No se pudo reproducir el vídeo.',
    cameraStopped: 'La cámara se ha detenido.',
    classifierStopped: 'El reconocimiento se ha detenido.',
    misconfigured: 'Este reconocimiento de imágenes no está bien configurado.',
  },
  ar: {
    name: 'التعرّف على الصور',
    image: 'صورة',
    video: 'فيديو',
    camera: 'كاميرا',
    dropHere: 'أفلت صورة أو فيديو هنا',
    chooseFile: 'اختر ملفًا',
    startCamera: 'شغّل الكاميرا',
    play: 'تشغيل',
    stop: 'إيقاف',
    retry: 'حاول مرة أخرى',
    loading: 'جارٍ تحميل النموذج',
    unsure: 'غير متأكد',
    looksLike: (label) => `يبدو أنه: ${label}`,
    modelFailed: 'تعذّر تحميل النموذج.',
    sourceFailed: 'تعذّر فتح الصورة أو الفيديو.',
    cameraFailed: 'تعذّر تشغيل الكاميرا. اسمح لهذه الصفحة باستخدامها وأغلق التطبيقات الأخرى التي تستخدمها.',
    videoFailed: 'تعذّر تشغيل الفيديو.',
    cameraStopped: 'توقفت الكاميرا.',
    classifierStopped: 'توقف التعرّف على الصور.',
    misconfigured: 'لم يتم إعداد أداة التعرّف على الصور إعدادًا صحيحًا.',
  },
};

/** Returns the language of an element: the nearest `lang` attribute, across shadow roots, or else `en`. */
export function languageOf(element: Element): string {
  const nearest = element.closest('[lang]');
  if (nearest) return nearest.getAttribute('lang') || 'en';
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? languageOf(root.host) : 'en';
}

/** Returns the words in a language, or in English if there is no translation. */
export function wordsIn(language: string): Words {
  return LANGUAGES[language.toLowerCase().split('-')[0] ?? ''] ?? (LANGUAGES.en as Words);
}

/** Returns a formatter that writes fractions as percentages, in the style of a language. */
export function percentFormat(language: string): Intl.NumberFormat {
  try {
    return new Intl.NumberFormat(language, { style: 'percent' });
  } catch {
    // The page's `lang` may not be a valid language tag.
    return new Intl.NumberFormat('en', { style: 'percent' });
  }
}
