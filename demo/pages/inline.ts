/** The shop's inline scripts. Each is constant, so the content security policy can name its hash. */

/** Before paint: the panel keeps its place where it was open, so nothing shifts when it loads. */
export const headScript = `window.dataLayer=window.dataLayer||[];try{if(sessionStorage.getItem('northlight/panel')==='open')document.documentElement.classList.add('panel-open')}catch(e){}`;

/** The stub line of Homebody: calls made before the script has loaded wait in a queue. */
export const stubScript = `window.homebody=window.homebody||{q:[],push:function(c){this.q.push(c)}}`;

/** Before paint: the wall, the woodwork and the picture take the colours of the shelf as it stands. */
export const wallScript = `(function(){var d=document,c=d.querySelectorAll('[data-wall-from]>[data-hex]'),s=d.documentElement.style;for(var i=0;i<6&&i<c.length;i++)s.setProperty('--wall-'+(i+1),c[i].dataset.hex);if(c[0])s.setProperty('--wall-ink',c[0].dataset.ink)})()`;
