/** What the element says, in one language. */
export interface Words {
  readonly name: string;
  readonly image: string;
  readonly video: string;
  readonly camera: string;
  readonly dropPicture: string;
  readonly choosePicture: string;
  readonly startCamera: string;
  readonly play: string;
  readonly stop: string;
  readonly retry: string;
  readonly loading: string;
  readonly unsure: string;
  readonly looksLike: (label: string) => string;
  readonly modelFailed: string;
  readonly pictureFailed: string;
  readonly cameraFailed: string;
  readonly filmFailed: string;
  readonly cameraStopped: string;
  readonly networkStopped: string;
  readonly setUpWrongly: string;
}

const LANGUAGES: Readonly<Record<string, Words>> = {
  en: {
    name: 'Picture classifier',
    image: 'Picture',
    video: 'Film',
    camera: 'Camera',
    dropPicture: 'Drop a picture here',
    choosePicture: 'Choose a picture',
    startCamera: 'Start the camera',
    play: 'Play',
    stop: 'Stop',
    retry: 'Try again',
    loading: 'Loading the network',
    unsure: 'Not sure',
    looksLike: (label) => `It looks like: ${label}`,
    modelFailed: 'The network could not be loaded.',
    pictureFailed: 'The picture could not be opened.',
    cameraFailed: 'The camera did not start. Is it allowed, and free?',
    filmFailed: 'The film did not start.',
    cameraStopped: 'The camera has stopped.',
    networkStopped: 'The network has stopped.',
    setUpWrongly: 'This classifier is not set up correctly.',
  },
  de: {
    name: 'Bilderkennung',
    image: 'Bild',
    video: 'Film',
    camera: 'Kamera',
    dropPicture: 'Bild hierher ziehen',
    choosePicture: 'Bild auswählen',
    startCamera: 'Kamera starten',
    play: 'Abspielen',
    stop: 'Anhalten',
    retry: 'Noch einmal versuchen',
    loading: 'Das Netz wird geladen',
    unsure: 'Nicht sicher',
    looksLike: (label) => `Sieht aus wie: ${label}`,
    modelFailed: 'Das Netz konnte nicht geladen werden.',
    pictureFailed: 'Das Bild konnte nicht geöffnet werden.',
    cameraFailed: 'Die Kamera ist nicht angegangen. Ist sie erlaubt und frei?',
    filmFailed: 'Der Film ist nicht angelaufen.',
    cameraStopped: 'Die Kamera ist ausgegangen.',
    networkStopped: 'Das Netz ist stehen geblieben.',
    setUpWrongly: 'Diese Bilderkennung ist nicht richtig eingerichtet.',
  },
  fr: {
    name: 'Reconnaissance d’images',
    image: 'Image',
    video: 'Film',
    camera: 'Caméra',
    dropPicture: 'Déposez une image ici',
    choosePicture: 'Choisir une image',
    startCamera: 'Démarrer la caméra',
    play: 'Lire',
    stop: 'Arrêter',
    retry: 'Réessayer',
    loading: 'Chargement du réseau',
    unsure: 'Pas sûr',
    looksLike: (label) => `On dirait : ${label}`,
    modelFailed: 'Le réseau n’a pas pu être chargé.',
    pictureFailed: 'L’image n’a pas pu être ouverte.',
    cameraFailed: 'La caméra n’a pas démarré. Est-elle autorisée et libre ?',
    filmFailed: 'Le film n’a pas démarré.',
    cameraStopped: 'La caméra s’est arrêtée.',
    networkStopped: 'Le réseau s’est arrêté.',
    setUpWrongly: 'Cette reconnaissance d’images n’est pas bien configurée.',
  },
  es: {
    name: 'Reconocimiento de imágenes',
    image: 'Imagen',
    video: 'Película',
    camera: 'Cámara',
    dropPicture: 'Suelta una imagen aquí',
    choosePicture: 'Elegir una imagen',
    startCamera: 'Encender la cámara',
    play: 'Reproducir',
    stop: 'Detener',
    retry: 'Intentar de nuevo',
    loading: 'Cargando la red',
    unsure: 'No es seguro',
    looksLike: (label) => `Parece: ${label}`,
    modelFailed: 'No se pudo cargar la red.',
    pictureFailed: 'No se pudo abrir la imagen.',
    cameraFailed: 'La cámara no se encendió. ¿Está permitida y libre?',
    filmFailed: 'La película no empezó.',
    cameraStopped: 'La cámara se ha apagado.',
    networkStopped: 'La red se ha detenido.',
    setUpWrongly: 'Este reconocimiento de imágenes no está bien configurado.',
  },
  ar: {
    name: 'التعرّف على الصور',
    image: 'صورة',
    video: 'فيلم',
    camera: 'كاميرا',
    dropPicture: 'أفلت صورة هنا',
    choosePicture: 'اختر صورة',
    startCamera: 'شغّل الكاميرا',
    play: 'تشغيل',
    stop: 'إيقاف',
    retry: 'حاول مرة أخرى',
    loading: 'جارٍ تحميل الشبكة',
    unsure: 'غير متأكد',
    looksLike: (label) => `يبدو أنه: ${label}`,
    modelFailed: 'تعذّر تحميل الشبكة.',
    pictureFailed: 'تعذّر فتح الصورة.',
    cameraFailed: 'لم تعمل الكاميرا. هل هي مسموح بها وغير مستخدمة؟',
    filmFailed: 'لم يبدأ الفيلم.',
    cameraStopped: 'توقفت الكاميرا.',
    networkStopped: 'توقفت الشبكة.',
    setUpWrongly: 'لم يتم إعداد أداة التعرّف على الصور إعدادًا صحيحًا.',
  },
};

/** The language in which an element stands: that of the nearest `lang`, across shadow roots. */
export function languageOf(element: Element): string {
  const nearest = element.closest('[lang]');
  if (nearest) return nearest.getAttribute('lang') || 'en';
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? languageOf(root.host) : 'en';
}

/** Words in a language, or in English where it is not known. */
export function wordsIn(language: string): Words {
  return LANGUAGES[language.toLowerCase().split('-')[0] ?? ''] ?? (LANGUAGES.en as Words);
}

/** Writes parts of one as per cent, as a language does. */
export function percentFormat(language: string): Intl.NumberFormat {
  try {
    return new Intl.NumberFormat(language, { style: 'percent' });
  } catch {
    // The page's `lang` may be no language.
    return new Intl.NumberFormat('en', { style: 'percent' });
  }
}
