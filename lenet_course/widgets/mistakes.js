function ot(t){return{async render({model:e,el:r,load:n=Rt(e)}){let o=document.createElement("div");o.innerHTML=e.get("figure");let i=document.createElement("div");i.style.visibility="hidden",i.addEventListener("focusin",({target:m})=>{m.setAttribute("data-lm-suppress-shortcuts","")}),r.replaceChildren(o,i);try{let m=await t.render({model:e,el:i,load:n});return i.style.visibility="",o.remove(),m}catch(m){i.remove(),Ot(r,m)}}}}function Rt(t){return e=>new Promise((r,n)=>{let o=setTimeout(()=>n(new Error(`The file ${e} did not come: is the notebook's kernel running?`)),2e4),i=(m,l)=>{if(m.file!==e)return;clearTimeout(o),t.off("msg:custom",i);let[{buffer:u,byteOffset:a,byteLength:c}]=l;r(u.slice(a,a+c))};t.on("msg:custom",i),t.send({file:e})})}function Ot(t,e){let r=e instanceof Error?e.message:String(e),n=document.createElement("p");n.className="component-message",n.setAttribute("role","status"),n.textContent=`This part of the page can do more, but it did not start. ${r}`,t.append(n)}var st=[[0,1,2],[1,2,3],[2,3,4],[3,4,5],[0,4,5],[0,1,5],[0,1,2,3],[1,2,3,4],[2,3,4,5],[0,3,4,5],[0,1,4,5],[0,1,2,5],[0,1,3,4],[1,2,4,5],[0,2,3,5],[0,1,2,3,4,5]],oe=W(6).map(t=>st.map(e=>Number(e.includes(t)))),Dt=`
.#####.  ...##..  .#####.  #######  .#####.  .#####.  ..####.  #######  .#####.  .#####.
.......  ..###..  .......  .....##  .......  .......  .##....  .....##  ##...##  ##..###
..###..  .####..  .#####.  ....##.  .......  #######  ##.....  .....##  ##...##  ##...##
.##.##.  ...##..  ##...##  ...##..  .##..##  ##.....  ##.....  ....##.  ##...##  ##...##
##...##  ...##..  #....##  ..####.  .##..##  ##.....  ######.  ...##..  .#####.  ##..###
##...##  ...##..  ....##.  .....##  ###..##  .####..  ###..##  ...##..  ##...##  .######
##...##  ...##..  ..###..  .....##  ##...##  ..####.  ##...##  ..##...  ##...##  .....##
##...##  ...##..  .##....  .....##  ##...##  .....##  ##...##  ..##...  ##...##  .....##
.##.##.  ...##..  ##.....  ##...##  ##..###  ##...##  ###..##  ..##...  ##...##  ....##.
..###..  .######  #######  .#####.  .######  .#####.  .#####.  ..##...  .#####.  .####..
.......  .......  .......  .......  .....##  .......  .......  .......  .......  .......
.......  .......  .......  .......  .....##  .......  .......  .......  .......  .......
`,z=W(10).map(t=>{let e=Dt.trim().split(`
`).map(r=>r.split("  ")[t]);return Float32Array.from(e.join(""),r=>r==="#"?1:-1)});function Gt(t){let e=tt(t);if(e===null||e.byteLength%2)throw new Error(`Received ${at(t)}, expected an even number of bytes.`);return Float32Array.from({length:e.byteLength/2},(r,n)=>{let o=e.getUint16(2*n,!0),i=o&32768?-1:1,m=o>>10&31,l=o&1023;return m===0?i*l*2**-24:m===31?l?NaN:i*(1/0):i*(1+l/1024)*2**(m-15)})}function tt(t){return t instanceof ArrayBuffer?new DataView(t):ArrayBuffer.isView(t)?new DataView(t.buffer,t.byteOffset,t.byteLength):null}function at(t){let e=tt(t);return e?`${e.byteLength} bytes`:String(t)}function lt(t){let e=_t(t,6e4),r=zt(32),n=X("C1",r,e,6,5),o=it("S2",n,e),i=X("C3",o,e,16,5,st),m=it("S4",i,e),l=X("C5",m,e,120,5),u=X("F6",l,e,84,1),a=[1.7159,2/3];return Bt([r,n,o,i,m,l,u,et("output","rbf",u,10,1,1)],a,-1,{side:32,paper:-.1,ink:1.175})}function Nt(t,e){let r=-1/0;for(let i=0;i<t.length;i++)r=Math.max(r,t[i]);let n=0;for(let i=0;i<t.length;i++)n+=Math.exp(t[i]-r);let o=r+Math.log(n);for(let i=0;i<t.length;i++)e[i]=Math.exp(t[i]-o);return o}function _t(t,e){if(tt(t)?.byteLength!==2*e)throw new Error(`The weights are ${at(t)}, expected ${2*e} bytes: ${e} numbers of 16 bits.`);let r=Gt(t),n=r.findIndex(i=>!Number.isFinite(i));if(n>=0)throw new Error(`Weight ${n} is ${r[n]}, expected a finite number.`);let o=0;return i=>r.slice(o,o+=i)}function W(t){return Array.from({length:t},(e,r)=>r)}function ct(t,e,r,n){let o=r[0]*r[1]*r[2],i=new Float32Array(o);return{name:t,kind:e,shape:r,sums:["input","average","rbf"].includes(e)?i:new Float32Array(o),output:i,gradients:Object.fromEntries(Object.entries(n.parameters).map(([m,{length:l}])=>[m,new Float32Array(l)])),outputGradient:new Float32Array(o),...n}}function zt(t){return ct("input","input",[t,t,1],{size:0,stride:1,reads:[[]],parameters:{}})}function et(t,e,r,n,o,i,m,l={}){let[u,a,c]=r.shape,s=e==="subsampling"||e==="average";return ct(t,e,[(u-o)/i+1,(a-o)/i+1,n],{size:o,stride:i,reads:m??W(n).map(d=>s?[d]:W(c)),parameters:l})}function X(t,e,r,n,o,i,m="convolution"){let l=e.shape[2],u=W(l*n).filter(s=>{let[d,g]=[Math.floor(s/n),s%n];return i===void 0||i[g].includes(d)}),a=r(o*o*u.length),c=new Float32Array(o*o*l*n);return a.forEach((s,d)=>{let g=Math.floor(d/u.length);c[g*l*n+u[d%u.length]]=s}),et(t,m,e,n,o,1,i,{weights:c,bias:r(n)})}function it(t,e,r){let n=e.shape[2],o={coefficient:r(n),bias:r(n)};return et(t,"subsampling",e,n,2,2,void 0,o)}function Bt(t,[e,r],n,{side:o,paper:i,ink:m}){let[l,u]=[t[0],t[t.length-1]],a=t.map(p=>new Float32Array(p.sums.length));function c(p){Y("The image",p,l.output.length),l.output.set(p);for(let w=1;w<t.length;w++){let h=t[w-1],b=t[w];if(b.kind==="rbf"?Jt(h,b):b.kind==="average"||b.kind==="subsampling"?Vt(h,b):Pt(h,b),b.kind==="softmax")Nt(b.sums,b.output);else if(b.sums!==b.output)for(let x=0;x<b.sums.length;x++)b.output[x]=e-2*e/(Math.exp(2*r*b.sums[x])+1)}return u.output}function s(p,w=!0){Y("The gradient",p,u.output.length),u.outputGradient.set(p);for(let h=t.length-1;h>0;h--){let b=t[h-1],x=t[h];if(b.outputGradient.fill(0),x.kind==="rbf"){Qt(b,x);continue}let y=a[h];if(y.set(x.outputGradient),x.kind==="convolution"||x.kind==="subsampling")for(let T=0;T<y.length;T++)y[T]*=e*r*(1-(x.output[T]/e)**2);x.kind==="average"||x.kind==="subsampling"?Kt(b,x,y):Ut(b,x,y,w||h>1)}return l.outputGradient}function d(){let p=0;return u.output.forEach((w,h)=>{n*w>n*u.output[p]&&(p=h)}),p}function g(p){Y("The digit",p,784);let w=(o-28)/2,h=new Float32Array(o*o).fill(i);for(let b=0;b<784;b++){let[x,y]=[Math.floor(b/28)+w,b%28+w];h[x*o+y]=i+(m-i)*p[b]/255}return h}return{layers:t,squash:[e,r],forward:c,backward:s,classify:d,prepare:g}}function Y(t,e,r){if(e?.length!==r)throw new Error(`${t} has ${e?.length} numbers, expected ${r}.`)}function Pt(t,e){if(e.size!==5||e.shape[0]===1){Ht(t,e);return}let{weights:r,bias:n}=e.parameters,[o,i,m]=t.shape,[l,u,a]=e.shape,c=Z(mt,t.output,o,i,m,i),s=m*a;for(let d=0;d<a;d++){let g=ut.fill(n[d],0,l*u);for(let p of e.reads[d])for(let w=0;w<5;w++){let h=5*w*s+p*a+d,b=r[h],x=r[h+s],y=r[h+2*s],T=r[h+3*s],F=r[h+4*s];for(let C=0;C<l;C++){let R=(p*o+C+w)*i,N=c[R++],v=c[R++],k=c[R++],$=c[R++];for(let A=C*u;A<(C+1)*u;A++){let j=c[R++];g[A]+=b*N+x*v+y*k+T*$+F*j,N=v,v=k,k=$,$=j}}}for(let p=0;p<l*u;p++)e.sums[p*a+d]=g[p]}}function Ut(t,e,r,n){if(e.size!==5||e.shape[0]===1){Xt(t,e,r);return}let{weights:o}=e.parameters,[i,m]=[e.gradients.weights,e.gradients.bias],[l,u,a]=t.shape,[c,,s]=e.shape,d=Z(mt,t.output,l,u,a,u),g=Z(Wt,r,c,e.shape[1],s,u),p=qt.fill(0,0,a*l*u),w=a*s;for(let h=0;h<s;h++){let b=h*c*u,x=0;for(let y=b;y<b+c*u;y++)x+=g[y];m[h]=x;for(let y of e.reads[h])for(let T=0;T<5;T++){let F=5*T*w+y*s+h,C=(y*l+T)*u,R=0,N=0,v=0,k=0,$=0,A=0,j=0,L=0,_=0;for(let O=0;O<c*u;O++){let P=g[b+O],U=d[C+O];R+=P*U,N+=A*U,v+=j*U,k+=L*U,$+=_*U,_=L,L=j,j=A,A=P}if(i[F]=R,i[F+w]=N,i[F+2*w]=v,i[F+3*w]=k,i[F+4*w]=$,!n)continue;let Lt=o[F],Mt=o[F+w],Ft=o[F+2*w],It=o[F+3*w],Ct=o[F+4*w];A=j=L=_=0;for(let O=0;O<c*u;O++){let P=g[b+O];p[C+O]+=Lt*P+Mt*A+Ft*j+It*L+Ct*_,_=L,L=j,j=A,A=P}}}for(let h=0;h<a&&n;h++){let b=h*l*u;for(let x=0;x<l*u;x++)t.outputGradient[x*a+h]=p[b+x]}}var mt=new Float64Array(1176),Wt=new Float64Array(5376),qt=new Float64Array(1176),ut=new Float64Array(784);function Z(t,e,r,n,o,i){for(let m=0;m<o;m++)for(let l=0;l<r;l++){let u=(m*r+l)*i;for(let a=0;a<n;a++)t[u+a]=e[(l*n+a)*o+m];t.fill(0,u+n,u+i)}return t}function Ht(t,e){let r=t.output,{weights:n,bias:o}=e.parameters,i=e.output.length,m=ut;for(let l=0;l<i;l++)m[l]=o[l];for(let l=0;l<r.length;l+=4){let u=r[l],a=r[l+1],c=r[l+2],s=r[l+3],d=l*i;for(let g=0;g<i;g++)m[g]+=u*n[d]+a*n[d+i]+c*n[d+2*i]+s*n[d+3*i],d++}for(let l=0;l<i;l++)e.sums[l]=m[l]}function Xt(t,e,r){let[n,o]=[t.output,t.outputGradient],{weights:i}=e.parameters,m=e.gradients.weights,l=e.output.length;e.gradients.bias.set(r);let u=0;for(let a=0;a<n.length;a++){let c=n[a],s=0,d=0;for(let g=0;g<l;g+=2){let p=r[g],w=r[g+1];m[u]=c*p,m[u+1]=c*w,s+=p*i[u],d+=w*i[u+1],u+=2}o[a]=s+d}}function Vt(t,e){let[r,n]=[t.output,e.sums],{coefficient:o,bias:i}=e.parameters,[m,l,u]=e.shape,a=t.shape[1]*u;for(let c=0;c<m;c++)for(let s=0;s<l;s++){let d=(c*l+s)*u,g=2*c*a+2*s*u;for(let p=0;p<u;p++){let w=g+p,h=r[w]+r[w+u]+r[w+a]+r[w+a+u];n[d+p]=o?o[p]*h+i[p]:h/4}}}function Kt(t,e,r){let[n,o]=[t.output,t.outputGradient],{coefficient:i}=e.parameters,{coefficient:m,bias:l}=e.gradients,[u,a,c]=e.shape,s=t.shape[1]*c;m?.fill(0),l?.fill(0);for(let d=0;d<u;d++)for(let g=0;g<a;g++){let p=(d*a+g)*c,w=2*d*s+2*g*c;for(let h=0;h<c;h++){let b=w+h,x=r[p+h];i&&(m[h]+=x*(n[b]+n[b+c]+n[b+s]+n[b+s+c]),l[h]+=x);let y=x*(i?i[h]:1/4);o[b]=o[b+c]=o[b+s]=o[b+s+c]=y}}}function Jt(t,e){for(let r=0;r<z.length;r++){let n=z[r],o=0;for(let i=0;i<n.length;i++)o+=(t.output[i]-n[i])**2;e.output[r]=o}}function Qt(t,e){for(let r=0;r<t.output.length;r++){let n=0;for(let o=0;o<z.length;o++)n+=2*e.outputGradient[o]*(t.output[r]-z[o][r]);t.outputGradient[r]=n}}var dt=`/* What all components share. Colors are those of the book (assets/course.css) and of its figures. */
.lc {
  color-scheme: light dark;
  --page: light-dark(#fff, #14181e);
  --text: light-dark(#222832, #dfe4ea);
  --soft: light-dark(#555d68, #a9b3bf);
  --line: light-dark(#c3c9d0, #46505c);
  --panel: light-dark(#f4f6f8, #1d232b);
  --accent: light-dark(#0a5c94, #79bbef);
  --look: light-dark(#a84300, #f5a36b);
  --mark: light-dark(#000, #fff);
  container-type: inline-size;
  position: relative;
  margin: 1.5rem 0;
  background: var(--page);
  color: var(--text);
  font-size: 0.875rem;
  line-height: 1.4;
}
html[data-theme="light"] .lc, body[data-jp-theme-light="true"] .lc { color-scheme: light; }
html[data-theme="dark"] .lc, body[data-jp-theme-light="false"] .lc { color-scheme: dark; }
.lc *, .lc *::before { box-sizing: border-box; }
.lc [hidden] { display: none !important; }
.lc :is(p, table) { margin: 0; }
.lc :is(table, tbody, thead, tr, th, td, caption) { border: 0; background: none; color: inherit; }
.lc :is(tbody, thead, tr, th, td) { font-size: inherit; }
.lc-unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }

/* The scale: orange below zero, blue above */
.lc-minus { background: light-dark(#c04f00, #f0a040); }
.lc-zero { background: light-dark(#fff, #14181e); }
.lc-plus { background: light-dark(#005a96, #62b8f0); }
.lc-scale { display: flex; align-items: center; justify-content: end; gap: 0.4rem; color: var(--soft); font-size: 0.75rem; }
.lc-bar { position: relative; width: 9rem; height: 0.7rem; border: 1px solid var(--line); background: linear-gradient(90deg, light-dark(#c04f00, #f0a040), var(--page), light-dark(#005a96, #62b8f0)); }
.lc-bar i { position: absolute; width: 1px; height: 100%; opacity: 0; }

/* What can be pressed */
.lc :is(button, select, input[type="number"]) {
  min-width: 1.9rem;
  min-height: 1.9rem;
  padding: 0.15rem 0.5rem;
  border: 1px solid var(--line);
  border-radius: 0.3rem;
  background: var(--page);
  color: var(--text);
  font: inherit;
  cursor: pointer;
}
.lc input[type="number"] { width: 4.2rem; cursor: auto; }
.lc button:hover { border-color: var(--accent); }
.lc button:disabled { opacity: 0.5; cursor: default; }
.lc button:is([aria-pressed="true"], .lc-main) { border-color: var(--accent); background: var(--accent); color: var(--page); }
.lc :is(button, select, input, summary, .lc-scroll, [tabindex]):focus-visible {
  outline: 3px solid var(--look);
  outline-offset: 2px;
}
.lc-row { display: flex; flex-wrap: wrap; gap: 0.3rem; align-items: center; }
.lc label { display: inline-flex; align-items: center; gap: 0.35rem; margin: 0; }
.lc summary { cursor: pointer; padding: 0.25rem 0; }

.lc-picture { display: block; width: 100%; image-rendering: pixelated; }
/* Border and outline are not shown: they hand the colors of axes and dot to the script. */
.lc-plot { color: var(--accent); border: 0 solid var(--line); outline: 0 solid var(--look); }
.lc-scroll { overflow-x: auto; max-width: 100%; }
.lc-digits { display: grid; grid-template-columns: repeat(10, minmax(0, 2.4rem)); gap: 0.2rem; }
.lc .lc-digits button { min-width: 0; padding-inline: 0; }
.lc .lc-source { margin-top: 0.25rem; color: var(--soft); font-size: 0.8125rem; }
@media (prefers-reduced-motion: reduce) {
  .lc * { scroll-behavior: auto; transition: none; }
}
@media (forced-colors: active) {
  .lc-picture, .lc-bar { forced-color-adjust: none; }
}
`;var ft=`/* Mistakes. */
.mi-body {
  display: grid;
  grid-template-columns: minmax(0, 1fr);
  grid-template-areas: "tools" "box" "limit" "detail" "figure" "table";
  gap: 0.75rem 1.25rem;
  margin-top: 0.6rem;
}
.mi-ink .lc-plus { background: var(--text); }
.mi-source { color: var(--soft); font-size: 0.8125rem; line-height: 1.35; }
.mi-tools { grid-area: tools; gap: 0.3rem 0.8rem; }
/* A line of its own, so that nothing moves when it grows. */
.mi-count { flex: 0 0 100%; color: var(--soft); }

/* All mistakes, small */
.mi-box { grid-area: box; position: relative; max-height: 15.5rem; min-height: 15.5rem; padding: 0.25rem; border: 1px solid var(--line); border-radius: 0.3rem; overflow-y: auto; }
.mi-tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(2.5rem, 1fr)); gap: 0.2rem; }
.mi-tiles.mi-few { grid-template-columns: repeat(auto-fill, minmax(4.4rem, 1fr)); }
.mi-tile { padding: 0.15rem 0.15rem 0; border: 2px solid transparent; border-radius: 0.3rem; font-size: 0.75rem; line-height: 1.35; text-align: center; white-space: nowrap; cursor: pointer; }
.mi-few .mi-tile { font-size: 0.875rem; }
.mi-tile:hover { border-color: var(--line); }
.mi-tile[aria-selected="true"] { border-color: var(--accent); background: var(--panel); font-weight: 700; }
.mi-tile .lc-picture { max-width: 5rem; margin-inline: auto; }
.mi-rejected .lc-picture { opacity: 0.22; }
.mi-rejected span { color: var(--soft); text-decoration: line-through; }

/* The limit and the curve */
.mi-limit { grid-area: limit; display: grid; gap: 0.3rem; align-content: start; }
.mi-limit label { display: grid; gap: 0.2rem; }
.mi-limit b { font-variant-numeric: tabular-nums; }
.mi-limit input { width: 100%; min-height: 1.6rem; margin: 0; accent-color: var(--accent); }
.mi-result { min-height: 4.2em; font-variant-numeric: tabular-nums; }
.mi-figure { grid-area: figure; }
.mi-curve { display: block; width: 100%; max-width: 26rem; font-size: 11px; }
.mi-curve text { fill: var(--text); }
.mi-curve path { fill: none; stroke: var(--line); }
.mi-curve .mi-steps { stroke: var(--accent); stroke-width: 2; }
.mi-curve .mi-at { stroke-dasharray: 3 3; stroke: var(--soft); }
.mi-curve .mi-paper { fill: var(--look); stroke: var(--page); }
.mi-curve .mi-dot { fill: var(--page); stroke: var(--accent); stroke-width: 3; }
.mi-curve .mi-middle { text-anchor: middle; }
.mi-curve .mi-end { text-anchor: end; }

/* Who is taken for whom */
.mi .mi-confusions { grid-area: table; width: 100%; max-width: 26rem; table-layout: fixed; border-collapse: separate; border-spacing: 1px; font-size: 0.8125rem; font-variant-numeric: tabular-nums; }
.mi table caption { caption-side: top; padding: 0 0 0.25rem; text-align: left; color: var(--soft); font-size: 0.8125rem; line-height: 1.35; }
.mi-confusions :is(th, td) { height: 1.6rem; padding: 0; text-align: center; font-weight: 400; }
.mi-confusions td:not(:first-child) { background: var(--panel); }
.mi-confusions .mi-wanted { outline: 2px solid var(--look); outline-offset: -2px; font-weight: 700; }
.mi .mi-confusions td.mi-diagonal { background: linear-gradient(to top right, transparent 48%, var(--line) 48% 52%, transparent 52%); }
.mi .mi-confusions button { display: block; width: 100%; min-width: 0; min-height: 0; height: 1.6rem; padding: 0; border: 0; border-radius: 0; }
.mi .mi-confusions button[aria-pressed="true"] { box-shadow: inset 0 0 0 3px var(--look), inset 0 0 0 4px var(--page); font-weight: 700; }

/* One of them, large */
.mi-detail { grid-area: detail; display: grid; grid-template-columns: minmax(0, 1fr); gap: 0.9rem 1.5rem; align-content: start; padding: 0.75rem; border-radius: 0.3rem; background: var(--panel); }
.mi-which { display: grid; grid-template-columns: 7rem minmax(0, 1fr); gap: 0.5rem 1rem; align-content: start; }
.mi-words, .mi-compare { display: grid; gap: 0.4rem; align-content: start; }
.mi-frame { align-self: start; }
.mi-frame, .mi-f6 .lc-picture, .mi-pair .lc-picture { border: 1px solid var(--line); }
.mi-title { font-size: 1.125rem; font-weight: 700; }
.mi-codes { display: grid; grid-template-columns: minmax(0, 1fr) repeat(2, minmax(0, 2fr)); gap: 0.8rem; align-items: end; max-width: 22rem; }
.mi-codes p { font-size: 0.8125rem; font-variant-numeric: tabular-nums; }
.mi-codes span { display: inline-block; }
.mi-pair { display: grid; grid-template-columns: 1fr 1fr; gap: 2px; }
.mi-detail .lc-scale { justify-content: start; }
.mi-detail table { width: 100%; border-collapse: collapse; font-size: 0.8125rem; font-variant-numeric: tabular-nums; }
.mi-detail :is(th, td) { padding: 0 0.3rem 0 0; font-weight: 400; text-align: left; }
.mi-detail th { width: 1rem; }
.mi-detail tbody td:nth-child(3) { width: 3.2rem; text-align: right; }
.mi-detail tbody td:nth-child(4) { width: 3.8rem; padding-left: 0.3rem; }
.mi-detail td span { display: block; height: 0.6rem; background: var(--page); }
.mi-detail td i { display: block; height: 100%; background: var(--soft); transform-origin: left; }
.mi-detail .mi-named :is(th, td) { font-weight: 700; }
.mi-detail .mi-named i { background: var(--accent); }

@container (min-width: 40rem) {
  .mi-body {
    grid-template-columns: minmax(0, 1fr) 18.5rem;
    grid-template-rows: auto auto auto 1fr;
    grid-template-areas: "tools tools" "box detail" "limit table" "figure table";
  }
  .mi-box { max-height: none; }
  .mi-tiles { grid-template-columns: repeat(auto-fill, minmax(2.1rem, 1fr)); gap: 0.15rem 0.1rem; }
}
@container (min-width: 60rem) {
  .mi-body {
    grid-template-columns: repeat(2, minmax(0, 1fr)) 22rem;
    grid-template-rows: auto;
    grid-template-areas: "tools tools tools" "box box detail" "limit figure table";
  }
  .mi-tiles { grid-template-columns: repeat(auto-fill, minmax(3.6rem, 1fr)); gap: 0.2rem; }
}
@media (forced-colors: active) {
  .mi-confusions button, .mi-detail i, .mi-curve { forced-color-adjust: none; }
  .mi-tile[aria-selected="true"] { border-color: Highlight; }
}
`;async function pt(t){try{let e=new Blob([t]).stream().pipeThrough(new DecompressionStream("deflate")),r=await new Response(e).arrayBuffer(),[n,o]=new Uint16Array(r,0,2),i=new Float32Array(r,4,o),m=new Uint16Array(r,4+4*o,n),l=new Uint8Array(r,m.byteOffset+2*n,n),u=new Uint8Array(r,l.byteOffset+n,784*n);return{digits:Array.from(m,(c,s)=>({number:c,label:l[s],pixels:u.subarray(784*s,784*(s+1))})),right:i}}catch{throw new Error("The file with the misread digits is damaged.")}}function gt(t,e){return e.map(r=>{let n=t.forward(t.prepare(r.pixels)).slice(),o=t.layers[6].output.slice(),i=Array.from(n.keys()).sort((s,d)=>n[s]-n[d]),[m,l]=i;if(m===r.label)throw new Error(`The network reads test digit ${r.number} right, expected a mistake: weights and digits do not belong together.`);let a=1/n.map(s=>Math.exp(n[m]-s)).reduce((s,d)=>s+d,0),c=n[l]-n[m];return{...r,answer:m,penalties:n,f6:o,ranked:i,margin:c,confidence:a}})}var nt={"least sure first":(t,e)=>t.margin-e.margin,"surest first":(t,e)=>e.margin-t.margin,"by label":(t,e)=>t.label-e.label||t.answer-e.answer||e.margin-t.margin,"by answer":(t,e)=>t.answer-e.answer||t.label-e.label||e.margin-t.margin,"by place in the test set":(t,e)=>t.number-e.number};function V(t,e,r){let n=t.filter(({margin:l})=>l<r).length,o=Array.from(e).filter(l=>l<r).length,i=1e4-n-o,m=t.length-n;return{caught:n,lost:o,rejected:n+o,answered:i,left:m,error:100*m/i}}function ht(t,e){return[...t.map(({margin:n})=>n),...Array.from(e),45].filter(n=>n<=45).sort((n,o)=>n-o).map(n=>{let{rejected:o,error:i}=V(t,e,n);return[100*o/1e4,i]})}function f(t,e={},...r){let n=document.createElement(t);for(let[o,i]of Object.entries(e))typeof i=="function"?n.addEventListener(o,i):i===!0?n.setAttribute(o,""):i!==!1&&i!=null&&n.setAttribute(o,String(i));return n.append(...r),n}function S(t,e=2){let r=t.toFixed(e);return Number(r)===0?r.replace("-",""):r.replace("-","−")}var K=t=>t.toLocaleString("en-US");function M(t,e){t.textContent!==e&&(t.textContent=e)}function bt(){let t=f("p",{class:"lc-unseen","aria-live":"polite"}),e,r=0;function n(o){clearTimeout(e);let i=Math.max(100,r+1500-Date.now());e=setTimeout(()=>{r=Date.now(),M(t,typeof o=="string"?o:o())},i)}return{element:t,speak:n,stop:()=>clearTimeout(e)}}function wt(t){let e=new MutationObserver(t);for(let n of[document.documentElement,document.body])e.observe(n,{attributes:!0,attributeFilter:["data-theme","data-jp-theme-light","class"]});let r=matchMedia("(prefers-color-scheme: dark)");return r.addEventListener("change",t),()=>{e.disconnect(),r.removeEventListener("change",t)}}var rt=1.7159,D=512,q=class{constructor(e=S(-rt),r=`+${rt.toFixed(2)}`){this.colors=new Uint32Array(D),this.last="",this.ends=["minus","zero","plus"].map(n=>f("i",{class:`lc-${n}`})),this.element=f("div",{class:"lc-scale",role:"img"},f("span",{},e),f("span",{class:"lc-bar"},...this.ends),f("span",{},r)),this.element.setAttribute("aria-label",`Color scale of all values: orange ${e}, the page's color 0, blue ${r}.`)}read(){let e=this.ends.map(m=>getComputedStyle(m).backgroundColor);if(e.join()===this.last)return!1;this.last=e.join();let[r,n,o]=e.map(m=>(m.match(/[\d.]+/g)??[]).map(Number)),i=new Uint8Array(this.colors.buffer);for(let m=0;m<D;m++){let l=2*m/(D-1)-1,u=l<0?r:o;for(let a=0;a<3;a++)i[4*m+a]=n[a]+Math.abs(l)*(u[a]-n[a]);i[4*m+3]=255}return!0}color(e,r){let n=(e/r+1)*D/2;return this.colors[Math.max(0,Math.min(D-1,n|0))]}css(e,r){let n=this.color(e,r),[o,i,m]=[n&255,n>>8&255,n>>16&255],[l,u,a]=[o,i,m].map(s=>s<=10?s/3295:((s/255+.055)/1.055)**2.4),c=.2126*l+.7152*u+.0722*a;return{background:`rgb(${o} ${i} ${m})`,color:c>.179?"#000":"#fff"}}},G=class{constructor(e,r,n,o=""){this.scale=e,this.element=f("canvas",{class:`lc-picture ${o}`,width:n,height:r,"aria-hidden":"true",style:`aspect-ratio: ${n} / ${r}`}),this.context=this.element.getContext("2d",{willReadFrequently:!0}),this.image=this.context.createImageData(n,r),this.pixels=new Uint32Array(this.image.data.buffer)}paint(e,r=0,n=1,o=rt){let{colors:i}=this.scale,m=D/2/o;for(let l=0,u=r;l<this.pixels.length;l++,u+=n){let a=e[u]*m+D/2;this.pixels[l]=i[a<0?0:a>=D?D-1:a|0]}this.context.putImageData(this.image,0,0)}};var J=Array.from({length:10},(t,e)=>e);function xt(t,e,r){let n=J.flatMap(a=>J.map(c=>{let s=t.filter(g=>g.label===a&&g.answer===c).length,d=f("button",{type:"button",tabindex:"-1","aria-pressed":"false","aria-label":`${a} read as ${c}: ${s}`,click:()=>r(a,c)},String(s));return{label:a,answer:c,count:s,button:d}})),o=n.filter(({count:a})=>a>0),i=Math.max(...o.map(({count:a})=>a));o[0].button.tabIndex=0;let m=J.map(a=>f("th",{scope:"col"},String(a))),l=J.map(a=>f("th",{scope:"row"},String(a))),u=f("table",{class:"mi-confusions"},f("caption",{},"Label of the row, read as the column. Press a number to see these."),f("thead",{},f("tr",{},f("td",{}),...m)),f("tbody",{},...l.map((a,c)=>f("tr",{},a,...n.slice(10*c,10*c+10).map(({answer:s,count:d,button:g})=>f("td",{class:c===s&&"mi-diagonal"},...d?[g]:[]))))));return u.addEventListener("keydown",a=>{let c=o.findIndex(({button:h})=>h===a.target);if(c<0)return;let{label:s,answer:d}=o[c],g=h=>{for(let b=s+h;b>=0&&b<10;b+=h){let x=o.filter(y=>y.label===b).sort((y,T)=>Math.abs(y.answer-d)-Math.abs(T.answer-d));if(x.length)return x[0]}},p={ArrowRight:()=>o[c+1],ArrowLeft:()=>o[c-1],ArrowDown:()=>g(1),ArrowUp:()=>g(-1),Home:()=>o[0],End:()=>o[o.length-1]};if(!p[a.key])return;a.preventDefault();let w=p[a.key]();if(w){for(let{button:h}of o)h.tabIndex=h===w.button?0:-1;w.button.focus()}}),{element:u,mark(a,c){for(let{label:s,answer:d,button:g}of o){let p=s===a&&d===c;g.setAttribute("aria-pressed",String(p))}l.forEach((s,d)=>s.classList.toggle("mi-wanted",d===a)),m.forEach((s,d)=>s.classList.toggle("mi-wanted",d===c))},paint(){for(let{count:a,button:c}of o)Object.assign(c.style,e.css(a,i))}}}function vt(t,e){let r=new G(e,28,28),n=new G(t,12,7),o=f("p",{class:"mi-title"}),i=f("p",{class:"mi-source"}),m=f("p",{}),l=[c(),c()],u=Array.from({length:10},()=>{let s={digit:f("th",{scope:"row"}),level:f("i",{}),penalty:f("td",{}),role:f("td",{})},d=f("td",{"aria-hidden":"true"},f("span",{},s.level)),g=f("tr",{},s.digit,d,s.penalty,s.role);return{...s,element:g}}),a=f("div",{class:"mi-detail",role:"group","aria-label":"The mistake that is chosen"},f("div",{class:"mi-which"},f("div",{class:"mi-frame"},r.element),f("div",{class:"mi-words"},o,i,m)),f("div",{class:"mi-compare"},f("div",{class:"mi-codes"},f("div",{class:"mi-f6"},f("p",{},"F6"),n.element),...l.map(s=>s.element)),f("p",{class:"mi-source"},"Beside each code the squares of its differences from F6, the larger the bluer. They add up to the penalty."),t.element),f("div",{class:"mi-penalties"},f("table",{},f("caption",{},"Penalties, the nearest code first"),f("tbody",{},...u.map(s=>s.element)))));function c(){let s=new G(t,12,7),d=new G(t,12,7),[g,p]=[f("span",{}),f("span",{})],w=f("div",{class:"mi-pair"},s.element,d.element),h=f("p",{},g," ",p);return{code:s,squares:d,words:g,penalty:p,element:f("div",{},h,w)}}return{element:a,show(s){r.paint(s.pixels,0,1,255),n.paint(s.f6),M(o,`A ${s.label}, read as ${s.answer}`),M(i,`Number ${s.number} of the test set.`),[s.answer,s.label].forEach((d,g)=>{let{code:p,squares:w,words:h,penalty:b}=l[g];p.paint(z[d]),w.paint(s.f6.map((x,y)=>(x-z[d][y])**2),0,1,4),M(h,`${g===0?"Answer":"Label"} ${d}:`),M(b,S(s.penalties[d],1))}),s.ranked.forEach((d,g)=>{let p=u[g],w=s.penalties[d];M(p.digit,String(d)),M(p.penalty,S(w,1)),M(p.role,d===s.answer?"answer":d===s.label?"label":""),p.level.style.transform=`scaleX(${Math.min(1,w/200).toFixed(3)})`,p.element.classList.toggle("mi-named",p.role.textContent!=="")}),M(m,`Margin ${S(s.margin,1)}, confidence ${s.confidence>.999?"over 99.9":S(100*s.confidence,1)} %.`)}}}var yt={"LeNet-1":3.7,"LeNet-4":1.8,"boosted LeNet-4":.5},kt=.5,te="http://www.w3.org/2000/svg",E={left:30,right:294,top:8,bottom:136},$t={rejected:5,error:1.1},H=t=>E.left+t/$t.rejected*(E.right-E.left),B=t=>E.bottom-t/$t.error*(E.bottom-E.top);function At(t,e){let r=ht(t,e),n=r.map(([s,d])=>`H${H(s).toFixed(1)}V${B(d).toFixed(1)}`).join(""),o=I("circle",{r:5,class:"mi-dot"}),[i,m]=[r[0],r[r.length-1]].map(([s,d])=>[S(s,1),S(d,2)]),l=Object.entries(yt).flatMap(([s,d])=>{let[g,p]=[H(d),B(kt)],w=I("path",{class:"mi-paper",d:`M${g} ${p-5}l5 5l-5 5l-5 -5z`});if(d>1)return[w,I("text",{x:g+4,y:p-8},s)];let h=s.split(" ");return[w,...h.map((b,x)=>I("text",{x:g,y:p+17+12*x,class:"mi-middle"},b))]}),u=[...[0,1,2,3,4,5].map(s=>I("text",{x:H(s),y:E.bottom+13,class:"mi-middle"},`${s}`)),...[0,.5,1].map(s=>I("text",{x:E.left-5,y:B(s)+4,class:"mi-end"},`${s}`))],a=I("svg",{viewBox:"0 0 300 166",class:"mi-curve",role:"img","aria-label":`Reject curve: it falls from ${i[1]} % errors with ${i[0]} % rejected to ${m[1]} % with ${m[0]} % rejected, steeply at first. Marks of 1998 at 0.5 % errors: ${Object.entries(yt).map(([s,d])=>`${s} ${d} %`).join(", ")}.`},I("path",{class:"mi-axes",d:`M${E.left} ${E.top}V${E.bottom}H${E.right}`}),I("path",{class:"mi-at",d:`M${E.left} ${B(kt)}H${E.right}`}),...u,I("text",{x:E.right,y:E.bottom+27,class:"mi-end"},"rejected, % of all digits"),I("text",{x:E.left+6,y:E.top+6},"errors, % of the others"),I("path",{class:"mi-steps",d:`M${H(r[0][0])} ${B(r[0][1])}${n}`}),...l,o);return{element:f("div",{class:"mi-figure"},a,f("p",{class:"mi-source"},"The line: this network, at every limit. Diamonds: other networks in 1998, for 0.5 % errors (LeCun et al. 1998, Fig. 10, p. 14).")),show(s,d){o.setAttribute("cx",String(H(s))),o.setAttribute("cy",String(B(d)))}}}function I(t,e,...r){let n=document.createElementNS(te,t);for(let[o,i]of Object.entries(e))n.setAttribute(o,String(i));return n.append(...r),n}var St=t=>`${S(t,2)} %`;function Et(t,e,r){let n=V(t,e,0),o=f("b",{}),i=f("input",{type:"range","aria-label":"Reject below a margin of",min:"0",max:String(45),step:"0.5",value:"0",input:()=>{a(Number(i.value)),r(Number(i.value))}}),m=f("p",{class:"mi-result"}),l=f("div",{class:"mi-limit"},f("label",{},f("span",{},"Reject below a margin of ",o),i),m),u=At(t,e);function a(s){n=V(t,e,s),M(o,S(s,1)),M(m,c()),u.show(100*n.rejected/1e4,n.error)}function c(){let{caught:s,lost:d,rejected:g,answered:p,left:w,error:h}=n,b=`${K(p)} answers ${w} are wrong: ${St(h)}.`;return g===0?`Nothing is rejected. Of ${b}`:`Rejected: ${g} digits, ${St(100*g/1e4)}, of them ${s} mistakes and ${d} right answers. Of the other ${b}`}return a(0),{control:l,figure:u.element,sentence:c}}function Tt(t,e,r){let n=[],o=new Map(t.map(a=>{let c=new G(e,28,28),s=f("div",{role:"option",class:"mi-tile",tabindex:"-1","aria-selected":"false",click:()=>{r(a),s.focus()}},c.element,f("span",{},`${a.label}→${a.answer}`));return[a,{element:s,picture:c}]})),i=f("div",{role:"listbox",class:"mi-tiles","aria-label":"Mistakes"}),m=f("p",{hidden:!0}),l=f("div",{class:"mi-box"},i,m);i.addEventListener("keydown",a=>{let c=n.findIndex(w=>u(w).element===a.target),s=n.findIndex(w=>u(w).element.offsetTop>u(n[0]).element.offsetTop),d=s<0?n.length:s,g={ArrowRight:c+1,ArrowLeft:c-1,ArrowDown:c+d,ArrowUp:c-d,Home:0,End:n.length-1};if(!(a.key in g))return;a.preventDefault();let p=n[g[a.key]];p&&(r(p),u(p).element.focus())});function u(a){return o.get(a)}return{element:l,show(a,c){n=a,i.replaceChildren(...a.map(s=>u(s).element)),i.hidden=a.length===0,i.classList.toggle("mi-few",a.length<=15),m.hidden=a.length>0,m.textContent=c,l.scrollTop=0},mark(a){for(let[c,{element:s}]of o)s.setAttribute("aria-selected",String(c===a)),s.tabIndex=c===a?0:-1},reject(a){for(let[c,{element:s}]of o){let d=c.margin<a;s.classList.toggle("mi-rejected",d),s.setAttribute("aria-label",`A ${c.label}, read as ${c.answer}. Number ${c.number}, margin ${S(c.margin,1)}${d?", rejected":""}.`)}},paint(){for(let[a,{picture:c}]of o)c.paint(a.pixels,0,1,255)}}}var jt={async render({model:t,el:e,load:r}){let n=lt(t.get("weights")),{digits:o,right:i}=await pt(await r("mistakes.bin")),{element:m,start:l,stop:u}=ne(gt(n,o),i);return e.append(f("style",{},dt+ft),m),l(),u}};function ne(t,e){let r=new q,n=new q;n.element.classList.add("mi-ink"),n.element.hidden=!0;let o=bt(),i=b("Sort",Object.keys(nt),y),m=["any",..."0123456789"],l=b("Label",m,T),u=b("Read as",m,T),a=f("p",{class:"mi-count"}),c=Tt(t,n,R),s=vt(r,n),d=xt(t,r,F),g=Et(t,e,v=>{c.reject(v),o.speak(g.sentence)}),p,w=f("section",{class:"lc mi","aria-label":"Mistakes"},f("p",{},`LeNet-5 of 1998 misreads ${t.length} of ${K(1e4)} test digits: these. 4→9 is a 4 read as 9. Choose one, or go through them with the arrow keys.`),f("div",{class:"mi-body"},f("div",{class:"mi-tools lc-row"},i.element,l.element,u.element,a),c.element,g.control,s.element,g.figure,d.element),n.element,o.element),h=wt(()=>{[r.read(),n.read()].some(Boolean)&&N()});function b(v,k,$){let A=f("select",{change:$},...k.map(j=>f("option",{},j)));return{field:A,element:f("label",{},v,A)}}let x=v=>v==="any"?null:Number(v);function y(){let[v,k]=[l,u].map(({field:L})=>x(L.value)),$=t.filter(L=>v===null||L.label===v).filter(L=>k===null||L.answer===k).sort(nt[i.field.value]),A=`${v??"any digit"} read as ${k??"any other"}`;M(a,v===null&&k===null?`All ${t.length}`:`${$.length} of ${t.length}: ${A}`),c.show($,`No ${v} is read as ${k}.`),d.mark(v,k),$.length&&!$.includes(p)&&C($[0])}function T(){y(),o.speak(()=>`${a.textContent}.`)}function F(v,k){let $=l.field.value===`${v}`&&u.field.value===`${k}`;l.field.value=$?"any":`${v}`,u.field.value=$?"any":`${k}`,T()}function C(v){p=v,c.mark(v),s.show(v)}function R(v){C(v);let[k,$]=v.ranked,[A,j]=[k,$].map(_=>S(v.penalties[_],1)),L=S(v.penalties[v.label],1);o.speak(`Penalty of ${k}: ${A}`+($===v.label?"":`, of ${$}: ${j}`)+`, of the label ${v.label}: ${L}.`)}function N(){c.paint(),d.paint(),s.show(p)}return{element:w,start(){r.read(),n.read(),c.reject(0),y(),N()},stop(){h(),o.stop()}}}var Be=ot(jt);export{Be as default};
